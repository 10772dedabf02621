import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";
import type { Head } from "../store/head.ts";
import type { IndexEntry } from "../store/manifest.ts";
import { seal } from "../store/sealed.ts";
import { type IndexShape, stateOf, type Vector, vectorsOf } from "./vectors.ts";

/** An index that is to be backed up. */
export interface IndexSource {
  /** `jobmatch/PROFILES` */
  readonly key: string;
  readonly name: string;
  readonly account: Account;
  readonly shape: IndexShape;
  /** How its vectors are made again, where the stage declares that. */
  readonly recipe: IndexEntry["recipe"] | undefined;
}

/**
 * Copies the vectors of indexes. Where the API lists none of an index, the backup has its shape, and its recipe if it has one; the manifest says which.
 */
export async function takeIndexes(
  sources: readonly IndexSource[],
  draft: string,
  recipients: readonly string[],
  say: (text: string) => void,
): Promise<{ readonly indexes: readonly IndexEntry[]; readonly files: Head["files"] }> {
  const indexes: IndexEntry[] = [];
  const files: Head["files"][number][] = [];
  for (const [i, { key, name, account, shape, recipe }] of sources.entries()) {
    const file = `vectors-${i}.age`;
    say(`${key}: reading …`);
    const before = await stateOf(account, name);
    const counted = { vectors: 0, gone: 0 };
    const hash = createHash("sha256");
    const lines = linesOf(
      vectorsOf(account, name, (count) => {
        counted.gone += count;
      }),
      (line) => {
        counted.vectors++;
        hash.update(line);
      },
    );
    const common = {
      ...{ key, physicalName: name },
      ...{ ...shape, metadataIndexes: [...shape.metadataIndexes] },
      ...(recipe !== undefined && { recipe }),
    };
    try {
      files.push({ name: file, ...(await seal(join(draft, file), recipients, lines)) });
    } catch (error) {
      if (!isUnlisted(error)) throw error;
      rmSync(join(draft, file), { force: true });
      const how = recipe === undefined ? "nothing makes them again" : "its recipe makes them again";
      indexes.push({
        ...common,
        content: "recipe",
        vectors: 0,
        unchanged: true,
        without: [`its ${before.count} vectors, which this index does not list: ${how}`],
      });
      continue;
    }
    const after = await stateOf(account, name);
    indexes.push({
      ...common,
      content: "vectors",
      file,
      vectors: counted.vectors,
      digest: hash.digest("hex"),
      unchanged: before.mutation === after.mutation,
      without: counted.gone === 0 ? [] : [`${counted.gone} vectors that were deleted while it was read`],
    });
  }
  return { indexes, files };
}

/** Indexes of the first version have no list. */
const isUnlisted = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 405);

async function* linesOf(
  vectors: AsyncIterable<Vector>,
  heard: (line: string) => void,
): AsyncGenerator<string> {
  for await (const each of vectors) {
    const line = `${JSON.stringify(each)}\n`;
    heard(line);
    yield line;
  }
}
