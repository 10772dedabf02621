import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { refusalOf, type S3, sendS3 } from "../../cloudflare/s3/s3.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { BucketPlace } from "./list.ts";
import { md5Of, type ObjectEntry } from "./object.ts";

/** It was written anew or deleted since it was listed. Thrown in the middle of its bytes as well. */
export class ObjectChanged extends Error {}

const attempts = 5;

/**
 * The bytes of an object as it was listed, however long: a connection that breaks is gone on from where it broke. Throws {@link ObjectChanged}
 * where it is another by now; bytes that are not what its etag says throw.
 */
export async function* objectBytes(
  s3: S3,
  { name: bucket, jurisdiction }: BucketPlace,
  object: Pick<ObjectEntry, "key" | "etag" | "size">,
): AsyncGenerator<Uint8Array> {
  const md5 = md5Of(object);
  const hash = md5 === undefined ? undefined : createHash("md5");
  let got = 0;
  for (let attempt = 1; ; attempt++) {
    const before = got;
    try {
      const answer = await sendS3(s3, {
        method: "GET",
        bucket,
        jurisdiction,
        key: object.key,
        headers: { "if-match": `"${object.etag}"`, ...(got > 0 && { range: `bytes=${got}-` }) },
      });
      if (answer.status === 404 || answer.status === 412)
        throw new ObjectChanged(`${await refusalOf(answer)}: ${object.key}`);
      if (answer.status !== (got > 0 ? 206 : 200)) {
        const said = await refusalOf(answer);
        if (answer.status < 500 && answer.status !== 429) throw refused(bucket, said);
        throw new Error(said);
      }
      for await (const part of answer.body) {
        got += part.length;
        hash?.update(part);
        yield part;
      }
      if (got > object.size) throw refused(bucket, `${got} bytes of an object of ${object.size}`);
      if (got === object.size) break;
      throw new Error(`${got} of ${object.size} bytes came`);
    } catch (error) {
      if (error instanceof ObjectChanged || error instanceof UserError) throw error;
      // Whoever gets on may break off as often as it likes.
      if (got > before) attempt = 1;
      if (attempt >= attempts) throw refused(bucket, error instanceof Error ? error.message : String(error));
      await sleep(200 * 2 ** attempt);
    }
  }
  if (hash !== undefined && hash.digest("hex") !== md5)
    throw refused(
      bucket,
      `bytes of ${JSON.stringify(object.key)} with another MD5 than its etag ${object.etag}`,
    );
}

const refused = (bucket: string, got: string): UserError =>
  new UserError({
    what: "An object of a bucket cannot be read",
    where: `bucket ${bucket}`,
    got,
    expected: "its bytes, as they were put in",
    fix: "give the API token the permission Workers R2 Storage Read, or run it again: what was copied is not copied twice",
  });
