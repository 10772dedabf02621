import type { R2Bucket, R2ListOptions, R2Objects } from "@cloudflare/workers-types";
import { type Place, PlaceError } from "./place.ts";

/** A bucket of the stage's own account, which the worker is bound to. */
export function boundPlace(bucket: R2Bucket, name: string): Place {
  const asked = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // `put: The specified bucket does not exist. (10006)`
      const code = said.includes("(10006)") ? "NoSuchBucket" : "R2 refused";
      throw new PlaceError(name, doing, code, said);
    }
  };
  const pages = async (options: R2ListOptions): Promise<readonly R2Objects[]> => {
    const all: R2Objects[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await bucket.list({ ...options, ...(cursor !== undefined && { cursor }) });
      all.push(page);
      if (!page.truncated) return all;
      cursor = page.cursor;
    }
  };
  return {
    put: (key, bytes, only) =>
      asked(`put ${key}`, async () => {
        const onlyIf = only === "whereNothingIs" ? { etagDoesNotMatch: "*" } : { etagMatches: only.etag };
        // R2 compares the bytes with their checksum.
        const sha256 = await crypto.subtle.digest("SHA-256", bytes);
        return (await bucket.put(key, bytes, { sha256, onlyIf }))?.etag;
      }),
    get: (key) =>
      asked(`get ${key}`, async () => {
        const found = await bucket.get(key);
        return found === null ? undefined : { text: await found.text(), etag: found.etag };
      }),
    keys: (prefix) =>
      asked(`list ${prefix}`, async () =>
        (await pages({ prefix })).flatMap(({ objects }) => objects.map(({ key }) => key)),
      ),
    folders: (prefix) =>
      asked(`list ${prefix}`, async () =>
        (await pages({ prefix, delimiter: "/" })).flatMap(({ delimitedPrefixes }) =>
          delimitedPrefixes.map((each) => each.slice(prefix.length, -1)),
        ),
      ),
    remove: (keys) =>
      asked(`delete ${keys.length} objects`, async () => {
        // R2 takes a thousand of them at once.
        for (let from = 0; from < keys.length; from += 1000)
          await bucket.delete(keys.slice(from, from + 1000));
      }),
  };
}
