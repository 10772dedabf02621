import { DurableObject } from "cloudflare:workers";
import type { DocumentProcessorEnv } from "../../../src/systems/portfolio.ts";
import { embed, textsPerCall } from "../embedding.ts";
import { type Chunk, chunksOf } from "./chunks.ts";
import { chunkId, type Named, named } from "./document.ts";
import type { Outcome, Processor } from "./processor.ts";
import { type Rows, rowsIn } from "./rows.ts";

/** Kept while a document is being processed: whoever comes after an interruption goes on here. */
interface Progress {
  /** Of the object that is being processed. */
  readonly hash: string;
  /** Chunks before this one have their rows and vectors. */
  readonly next: number;
}

/** Its row holds the text as well, and D1 takes no row of more than 2 MB. */
const longestDocumentBytes = 1_000_000;
/** Vectors in one call of Vectorize's deleteByIds. */
const idsPerCall = 100;

/**
 * One document, told by its object's key. Events of one document come here, in whatever order: each makes rows and vectors
 * agree with the bucket as it is now, one after the other.
 */
export class DocumentProcessor extends DurableObject<DocumentProcessorEnv> implements Processor {
  #last: Promise<unknown> = Promise.resolve();

  process(key: string): Promise<Outcome> {
    const work = this.#last.then(() => this.#agree(key));
    this.#last = work.catch(() => {});
    return work;
  }

  async #agree(key: string): Promise<Outcome> {
    const { DB, DOCUMENTS_BUCKET } = this.env;
    const rows = rowsIn(DB);
    const fresh = await named(key);
    const document = { ...fresh, id: (await rows.idOf(key)) ?? fresh.id };
    const object = await DOCUMENTS_BUCKET.get(key);
    if (object === null) return this.#forget(rows, document);
    const hash = object.etag;
    if ((await rows.readyHash(document.id)) === hash) {
      await object.body.cancel();
      return { state: "ready", chunks: (await rows.chunksFrom(document.id, 0)).length };
    }
    if (object.size > longestDocumentBytes) {
      await object.body.cancel();
      return this.#refuse(rows, document, key, hash, `${object.size} bytes, at most ${longestDocumentBytes}`);
    }
    const text = decoded(await object.arrayBuffer());
    if (text === undefined) return this.#refuse(rows, document, key, hash, "not a text in UTF-8");
    const chunks = chunksOf(text);
    const progress = await this.ctx.storage.get<Progress>("progress");
    const next = progress?.hash === hash ? progress.next : 0;
    if (next === 0) await rows.begin(document, key, hash, text);
    for (let at = next; at < chunks.length; at += textsPerCall) {
      const some = chunks.slice(at, at + textsPerCall);
      await this.#store(rows, document, at, some);
      await this.ctx.storage.put<Progress>("progress", { hash, next: at + some.length });
    }
    // What an earlier, longer text had more.
    await this.#cutOff(rows, document, chunks.length);
    await rows.finish(document.id);
    await this.ctx.storage.delete("progress");
    return { state: "ready", chunks: chunks.length };
  }

  /** Vectors after rows: a vector without a row answers nothing. */
  async #store(rows: Rows, { id, title }: Named, first: number, chunks: readonly Chunk[]): Promise<void> {
    const vectors = await embed(
      this.env.AI,
      chunks.map(({ content }) => `${title}\n${content}`),
    );
    await rows.putChunks(id, first, chunks);
    await this.env.VECTORIZE.upsert(
      vectors.map((values, index) => ({
        id: chunkId(id, first + index),
        values,
        metadata: { documentId: id },
      })),
    );
  }

  /** Vectors first: whoever is interrupted still finds their ids in the rows. */
  async #cutOff(rows: Rows, { id }: Named, from: number): Promise<void> {
    const ids = await rows.chunksFrom(id, from);
    for (let at = 0; at < ids.length; at += idsPerCall)
      await this.env.VECTORIZE.deleteByIds(ids.slice(at, at + idsPerCall));
    if (ids.length > 0) await rows.removeChunksFrom(id, from);
  }

  async #forget(rows: Rows, document: Named): Promise<Outcome> {
    await this.#cutOff(rows, document, 0);
    await rows.remove(document.id);
    await this.ctx.storage.deleteAll();
    return { state: "removed" };
  }

  /** What was made of an earlier object is no answer any more either. */
  async #refuse(rows: Rows, document: Named, key: string, hash: string, error: string): Promise<Outcome> {
    await this.#cutOff(rows, document, 0);
    await rows.fail(document, key, hash, error);
    await this.ctx.storage.delete("progress");
    return { state: "failed", error };
  }
}

function decoded(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}
