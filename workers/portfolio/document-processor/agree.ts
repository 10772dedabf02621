import type { DocumentProcessorEnv } from "../../../src/systems/portfolio.ts";
import { embed, textsPerCall } from "../embedding.ts";
import { type Chunk, chunksOf } from "./chunks.ts";
import { chunkId, type Named, named } from "./document.ts";
import type { Outcome } from "./processor.ts";
import { type Rows, rowsIn } from "./rows.ts";

/** Kept while a document is being processed: whoever comes after an interruption goes on here. */
interface Progress {
  /** Of the object that is being processed. */
  readonly hash: string;
  /** Chunks before this one have their rows and vectors. */
  readonly next: number;
}

/** What is needed of a Durable Object's storage. */
export interface Memory {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  deleteAll(): Promise<void>;
}

type Stores = Pick<DocumentProcessorEnv, "AI" | "DB" | "DOCUMENTS_BUCKET" | "VECTORIZE">;

/** What one run works with. */
interface Run {
  readonly stores: Stores;
  readonly memory: Memory;
  readonly rows: Rows;
  readonly document: Named;
  readonly key: string;
}

/** Its row holds the text as well, and D1 takes no row of more than 2 MB. */
const longestDocumentBytes = 1_000_000;
/** Vectors in one call of Vectorize's deleteByIds. */
const idsPerCall = 100;

/**
 * Makes rows and vectors agree with the object of this key as it is now; what was done before an interruption is not done again.
 * One run at a time for a key. @param memory of this key alone
 */
export async function agree(stores: Stores, memory: Memory, key: string): Promise<Outcome> {
  const rows = rowsIn(stores.DB);
  const fresh = await named(key);
  const document = { ...fresh, id: (await rows.idOf(key)) ?? fresh.id };
  const run: Run = { stores, memory, rows, document, key };
  const object = await stores.DOCUMENTS_BUCKET.get(key);
  if (object === null) return forget(run);
  const hash = object.etag;
  if ((await rows.readyHash(document.id)) === hash) {
    await object.body.cancel();
    return { state: "ready", chunks: (await rows.chunksFrom(document.id, 0)).length };
  }
  if (object.size > longestDocumentBytes) {
    await object.body.cancel();
    return fail(run, hash, `${object.size} bytes, at most ${longestDocumentBytes}`);
  }
  const text = decoded(await object.arrayBuffer());
  return text === undefined ? fail(run, hash, "not a text in UTF-8") : store(run, hash, text);
}

async function store(run: Run, hash: string, text: string): Promise<Outcome> {
  const { memory, rows, document, key } = run;
  const chunks = chunksOf(text);
  const next = nextOf(await memory.get("progress"), hash);
  if (next === 0) await rows.begin(document, key, hash, text);
  for (let at = next; at < chunks.length; at += textsPerCall) {
    const some = chunks.slice(at, at + textsPerCall);
    await storeSome(run, at, some);
    await memory.put("progress", { hash, next: at + some.length } satisfies Progress);
  }
  // What an earlier, longer text had more.
  await cutOff(run, chunks.length);
  await rows.finish(document.id);
  await memory.deleteAll();
  return { state: "ready", chunks: chunks.length };
}

function nextOf(kept: unknown, hash: string): number {
  if (typeof kept !== "object" || kept === null || !("hash" in kept && "next" in kept)) return 0;
  return kept.hash === hash && typeof kept.next === "number" ? kept.next : 0;
}

/** Vectors after rows: a vector without a row answers nothing. */
async function storeSome({ stores, rows, document }: Run, first: number, chunks: readonly Chunk[]) {
  const texts = chunks.map(({ content }) => `${document.title}\n${content}`);
  const vectors = await embed(stores.AI, texts);
  await rows.putChunks(document.id, first, chunks);
  await stores.VECTORIZE.upsert(
    vectors.map((values, index) => ({
      id: chunkId(document.id, first + index),
      values,
      metadata: { documentId: document.id },
    })),
  );
}

/** Vectors first: whoever is interrupted still finds their ids in the rows. */
async function cutOff({ stores, rows, document }: Run, from: number): Promise<void> {
  const ids = await rows.chunksFrom(document.id, from);
  for (let at = 0; at < ids.length; at += idsPerCall)
    await stores.VECTORIZE.deleteByIds(ids.slice(at, at + idsPerCall));
  if (ids.length > 0) await rows.removeChunksFrom(document.id, from);
}

async function forget(run: Run): Promise<Outcome> {
  await cutOff(run, 0);
  await run.rows.remove(run.document.id);
  await run.memory.deleteAll();
  return { state: "removed" };
}

/** What was made of an earlier object is no answer any more either. */
async function fail(run: Run, hash: string, error: string): Promise<Outcome> {
  await cutOff(run, 0);
  await run.rows.fail(run.document, run.key, hash, error);
  await run.memory.deleteAll();
  return { state: "failed", error };
}

function decoded(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}
