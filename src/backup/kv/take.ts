import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Head } from "../store/head.ts";
import type { NamespaceEntry } from "../store/manifest.ts";
import { seal } from "../store/sealed.ts";
import type { Pair } from "./pairs.ts";

/** A namespace that is to be backed up. */
export interface NamespaceSource {
  /** `jobmatch/SESSIONS` */
  readonly key: string;
  readonly id: string;
  readonly title: string;
  readonly pairs: () => AsyncIterable<Pair>;
}

/** Writes the keys of namespaces, a file each, one after the other. */
export async function takeNamespaces(
  sources: readonly NamespaceSource[],
  draft: string,
  recipients: readonly string[],
  say: (text: string) => void,
): Promise<{ readonly namespaces: readonly NamespaceEntry[]; readonly files: Head["files"] }> {
  const files: Head["files"] = [];
  const namespaces: NamespaceEntry[] = [];
  for (const [i, { key, id, title, pairs }] of sources.entries()) {
    const file = `kv-${i}.age`;
    say(`${key}: reading …`);
    let keys = 0;
    const hash = createHash("sha256");
    const lines = eachLine(pairs(), (line) => {
      keys++;
      hash.update(line);
    });
    const sealed = await seal(join(draft, file), recipients, lines);
    namespaces.push({ key, id, title, file, more: [], keys, digest: hash.digest("hex") });
    files.push({ name: file, ...sealed });
  }
  return { namespaces, files };
}

async function* eachLine(
  values: AsyncIterable<object>,
  heard: (line: string) => void,
): AsyncGenerator<string> {
  for await (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    heard(line);
    yield line;
  }
}
