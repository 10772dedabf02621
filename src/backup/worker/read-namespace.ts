import { createHash } from "node:crypto";
import type { KVNamespace } from "@cloudflare/workers-types";
import type { Pair } from "../kv/pairs.ts";
import type { NamespaceEntry } from "../store/manifest.ts";
import { linesInto, type WrittenFile } from "./files.ts";
import type { Reading } from "./read-rows.ts";
import type { NamespaceSettings } from "./settings.ts";
import { TooLarge } from "./too-large.ts";

/** Of one request; KV gives as many values at once. */
const atOnce = 100;

/**
 * Reads a namespace to its end; undefined where this invocation has done its share. It is never gone on with in the middle: where it is, only a key
 * could say, and that may not lie in the bucket in clear.
 */
export async function readNamespace(
  { key, id, title }: NamespaceSettings,
  binding: KVNamespace,
  { into, held, nameOf }: Omit<Reading, "pace">,
): Promise<{ readonly entry: NamespaceEntry; readonly files: readonly WrittenFile[] } | undefined> {
  const { share } = into;
  const startedAt = share.spent();
  const lines = linesInto(into, nameOf);
  const files: WrittenFile[] = [];
  const hash = createHash("sha256");
  let keys = 0;
  for await (const some of pages(binding, share.count)) {
    for (const one of some) {
      const line = `${JSON.stringify(one)}\n`;
      hash.update(line);
      lines.add(line);
      keys++;
    }
    if (lines.isFull()) {
      files.push(await lines.close());
      await held.save({});
    }
    if (share.spent() < 1) continue;
    if (share.spent() - startedAt > 0.8)
      throw new TooLarge(
        `namespace ${key} is read in one invocation, and it is too large for one: let CI run the backup`,
      );
    return undefined;
  }
  if (!lines.isEmpty() || files.length === 0) files.push(await lines.close());
  const [file = "", ...more] = files.map(({ name }) => name);
  return { files, entry: { key, id, title, file, more, keys, digest: hash.digest("hex") } };
}

async function* pages(
  binding: KVNamespace,
  count: (requests: number) => void,
): AsyncGenerator<readonly Pair[]> {
  for (let cursor: string | undefined; ; ) {
    count(1);
    const listed = await binding.list({ ...(cursor !== undefined && { cursor }) });
    for (let from = 0; from < listed.keys.length; from += atOnce) {
      const some = listed.keys.slice(from, from + atOnce);
      const values = await textsOf(binding, some, count);
      const found: Pair[] = [];
      for (const { name, expiration, metadata } of some) {
        const text = values.get(name);
        if (text === null) continue;
        const value = isText(text) ? Buffer.from(text) : await bytesOf(binding, name, count);
        if (value === undefined) continue;
        found.push({
          key: name,
          value: value.toString("base64"),
          ...(metadata !== undefined && metadata !== null && { metadata }),
          ...(expiration !== undefined && { expiration }),
        });
      }
      yield found;
    }
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
