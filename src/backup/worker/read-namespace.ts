import { createHash } from "node:crypto";
import type { KVNamespace } from "@cloudflare/workers-types";
import type { Pair } from "../kv/pairs.ts";
import type { NamespaceEntry } from "../store/manifest.ts";
import { linesInto, type WrittenFile } from "./files.ts";
import type { Notes } from "./notes.ts";
import type { Reading } from "./read-rows.ts";
import type { NamespaceSettings } from "./settings.ts";
import type { Held, UnderWay } from "./under-way.ts";

/** Of one request; KV gives as many values at once. */
const atOnce = 100;

/** Reads a namespace from where an earlier invocation ended, or from its beginning; undefined where the next invocation has to go on. */
export async function readNamespace(
  { key, id, title }: NamespaceSettings,
  binding: KVNamespace,
  { into, held, notes, nameOf }: Omit<Reading, "pace">,
): Promise<{ readonly entry: NamespaceEntry; readonly files: readonly WrittenFile[] } | undefined> {
  const { share } = into;
  const begun = await opened(held, notes);
  const lines = linesInto(into, nameOf);
  const files: WrittenFile[] = [...(begun?.files ?? [])];
  const hash = begun === undefined ? createHash("sha256") : undefined;
  let keys = begun?.keys ?? 0;
  for await (const { pairs, next } of pages(binding, begun?.cursor, share.count)) {
    for (const one of pairs) {
      const line = `${JSON.stringify(one)}\n`;
      hash?.update(line);
      lines.add(line);
      keys++;
    }
    if (next === undefined) break;
    const isSpent = share.spent() >= 1;
    if (!lines.isFull() && !(isSpent && !lines.isEmpty())) continue;
    files.push(await lines.close());
    const half = { files: [...files], keys, cursor: await notes.seal(next) };
    await held.save({ pairs: half, tries: 0, failed: undefined });
    if (isSpent) return undefined;
  }
  if (!lines.isEmpty() || files.length === 0) files.push(await lines.close());
  const [file = "", ...more] = files.map(({ name }) => name);
  const digest = hash?.digest("hex");
  return { files, entry: { key, id, title, file, more, keys, ...(digest !== undefined && { digest }) } };
}

/** After so many tries without a file it is read from its beginning: nobody says how long Cloudflare keeps a cursor. */
const triesWithCursor = 2;

/** What an earlier invocation left, with the cursor in clear. */
async function opened(held: Held, notes: Notes): Promise<UnderWay["pairs"]> {
  const { pairs, tries } = held.state();
  if (pairs === undefined || tries > triesWithCursor) return undefined;
  const cursor = await notes.open(pairs.cursor);
  return cursor === undefined ? undefined : { ...pairs, cursor };
}

interface PageOfPairs {
  readonly pairs: readonly Pair[];
  /** From where the next page is listed; undefined behind the last one. */
  readonly next: string | undefined;
}

async function* pages(
  binding: KVNamespace,
  from: string | undefined,
  count: (requests: number) => void,
): AsyncGenerator<PageOfPairs> {
  for (let cursor = from; ; ) {
    count(1);
    const listed = await binding.list({ limit: atOnce, ...(cursor !== undefined && { cursor }) });
    const values = await textsOf(binding, listed.keys, count);
    const pairs: Pair[] = [];
    for (const { name, expiration, metadata } of listed.keys) {
      const text = values.get(name);
      if (text === null) continue;
      const value = isText(text) ? Buffer.from(text) : await bytesOf(binding, name, count);
      if (value === undefined) continue;
      pairs.push({
        key: name,
        value: value.toString("base64"),
        ...(metadata !== undefined && metadata !== null && { metadata }),
        ...(expiration !== undefined && { expiration }),
      });
    }
    yield { pairs, next: listed.list_complete ? undefined : listed.cursor };
    if (listed.list_complete) return;
    cursor = listed.cursor;
  }
}

/** Of many keys at once; nothing where all of them are too much for one answer. */
async function textsOf(
  binding: KVNamespace,
  keys: readonly { readonly name: string }[],
  count: (requests: number) => void,
): Promise<ReadonlyMap<string, string | null>> {
  if (keys.length === 0) return new Map();
  count(1);
  try {
    return await binding.get(keys.map(({ name }) => name));
  } catch (error) {
    if (/413|too large|exceed/i.test(String(error))) return new Map();
    throw error;
  }
}

/** Bytes that are no UTF-8 come as this sign. */
const isText = (text: string | undefined): text is string =>
  text !== undefined && text !== "" && !text.includes("\uFFFD");

async function bytesOf(
  binding: KVNamespace,
  name: string,
  count: (requests: number) => void,
): Promise<Buffer | undefined> {
  count(1);
  const bytes = await binding.get(name, "arrayBuffer");
  return bytes === null ? undefined : Buffer.from(bytes);
}
