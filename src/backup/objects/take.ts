import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Head, ReadHead } from "../store/head.ts";
import type { BucketEntry } from "../store/manifest.ts";
import { seal } from "../store/sealed.ts";
import { type BucketSource, copyBucket, newTally } from "./copy.ts";
import type { ObjectEntry } from "./object.ts";
import { type Elsewhere, knownIn, listFile, storeFolder } from "./store.ts";

export interface TakeBucketsOptions {
  /** The stage's folder of backups. */
  readonly folder: string;
  /** Where this backup is written. */
  readonly draft: string;
  readonly recipients: readonly string[];
  /** What it has of the same bytes is not copied again. */
  readonly previous: ReadHead | undefined;
  /** What the bucket has that the backup goes to. */
  readonly elsewhere: Elsewhere;
  readonly say: (text: string) => void;
}

/** Copies buckets: an inventory of each into the backup, and what is new of their bytes into the store beside it. */
export async function takeBuckets(
  sources: readonly BucketSource[],
  { folder, draft, recipients, previous, elsewhere, say }: TakeBucketsOptions,
): Promise<{ readonly buckets: readonly BucketEntry[]; readonly files: Head["files"] }> {
  if (sources.length === 0) return { buckets: [], files: [] };
  const known = previous === undefined ? new Map() : await knownIn(join(previous.folder, listFile));
  const list = openList(join(draft, listFile));
  const buckets: BucketEntry[] = [];
  const files: Head["files"][number][] = [];
  try {
    for (const [i, source] of sources.entries()) {
      const { key, name: physicalName, jurisdiction, location, storageClass } = source;
      const file = `r2-${i}.age`;
      say(`${key}: reading …`);
      const tally = newTally();
      const hash = createHash("sha256");
      const entries = copyBucket(
        source,
        { store: storeFolder(folder), known, elsewhere, recipients, refer: list.write, say },
        tally,
      );
      const sealed = await seal(join(draft, file), recipients, linesOf(entries, hash.update.bind(hash)));
      const { gone, changing, unreadable, newest, ...counts } = tally;
      buckets.push({
        ...{ key, physicalName, jurisdiction, location, storageClass, file },
        ...counts,
        ...(newest !== undefined && { newest }),
        digest: hash.digest("hex"),
        without: [
          ...(gone > 0 ? [`${gone} objects that were deleted while it was read`] : []),
          ...(changing > 0 ? [`${changing} objects that were written to all the time`] : []),
          ...(unreadable > 0
            ? [
                `${unreadable} objects that are encrypted with a key of their owner (SSE-C), which nobody else can read`,
              ]
            : []),
        ],
      });
      files.push({ name: file, ...sealed });
    }
  } finally {
    files.push({ name: listFile, ...list.close() });
  }
  return { buckets, files };
}

async function* linesOf(
  entries: AsyncIterable<ObjectEntry>,
  heard: (line: string) => unknown,
): AsyncGenerator<string> {
  for await (const entry of entries) {
    const line = `${JSON.stringify(entry)}\n`;
    heard(line);
    yield line;
  }
}

/** The list of files in the store, written line by line. */
function openList(path: string): {
  readonly write: (line: string) => void;
  readonly close: () => { readonly bytes: number; readonly sha256: string };
} {
  const handle = openSync(path, "wx", 0o600);
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    write: (line) => {
      writeSync(handle, line);
      hash.update(line);
      bytes += line.length;
    },
    close: () => {
      fsyncSync(handle);
      closeSync(handle);
      return { bytes, sha256: hash.digest("hex") };
    },
  };
}
