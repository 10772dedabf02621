import { setTimeout as sleep } from "node:timers/promises";
import { type Diagnostic, Refused } from "../../diagnostic/user-error.ts";
import { causes } from "../exchange.ts";
import { refusedRequest } from "../refused-request.ts";
import { element, elements } from "./read-xml.ts";
import { type S3, type S3Answer, type S3Request, sendS3, textOf } from "./s3.ts";

/** A bucket of R2, by its S3 API. */
export interface Bucket {
  readonly s3: S3;
  readonly name: string;
  readonly jurisdiction: string;
  /** @default setTimeout */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** An object as a list shows it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  /** Of an object that was put in one piece: its MD5 in hex. */
  readonly etag: string;
  /** ISO 8601. */
  readonly putAt: string;
}

/** What is put. */
export interface Body {
  readonly bytes: number;
  /** In hex. */
  readonly md5: string;
  /** Its bytes, from the first on, as often as they are asked for. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** What R2 said no to, or that it did not answer. */
export class BucketError extends Refused {
  /** 0: no answer. */
  readonly status: number;
  /** S3's word: `NoSuchBucket`. */
  readonly code: string;
  readonly diagnostic: Diagnostic;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.diagnostic = refusedRequest("R2, by its S3 API", status, `${code}: ${message}`);
  }
}

/** All objects below a prefix, in the order of their keys. */
export async function listObjects(bucket: Bucket, prefix: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  let token: string | undefined;
  do {
    const more: Readonly<Record<string, string>> = token === undefined ? {} : { "continuation-token": token };
    const query = { "list-type": "2", prefix, ...more };
    const page = await textOf(await ask(bucket, { method: "GET", key: "", query }));
    for (const each of elements(page, "Contents"))
      found.push({
        key: element(each, "Key") ?? "",
        bytes: Number(element(each, "Size")),
        etag: (element(each, "ETag") ?? "").replaceAll('"', ""),
        putAt: element(each, "LastModified") ?? "",
      });
    token = element(page, "IsTruncated") === "true" ? element(page, "NextContinuationToken") : undefined;
  } while (token !== undefined);
  return found;
}

/**
 * Puts an object where none is; `there` where there is one, which stays as it is. R2 refuses bytes that are not those of the MD5.
 * @returns the object's etag
 */
export async function putObject(
  bucket: Bucket,
  key: string,
  { bytes, md5, open }: Body,
): Promise<{ readonly kind: "put"; readonly etag: string } | { readonly kind: "there" }> {
  const headers = { "if-none-match": "*", "content-md5": Buffer.from(md5, "hex").toString("base64") };
  try {
    const answer = await ask(bucket, { method: "PUT", key, headers }, () => ({ bytes, parts: open() }));
    await textOf(answer);
    return { kind: "put", etag: (answer.headers["etag"] ?? "").replaceAll('"', "") };
  } catch (error) {
    if (error instanceof BucketError && error.status === 412) return { kind: "there" };
    throw error;
  }
}

/** An object's bytes as they come; undefined where there is none. */
export async function getObject(bucket: Bucket, key: string): Promise<S3Answer["body"] | undefined> {
  try {
    return (await ask(bucket, { method: "GET", key })).body;
  } catch (error) {
    if (error instanceof BucketError && error.code === "NoSuchKey") return undefined;
    throw error;
  }
}

/** Says the same whether it was there or not. */
export async function removeObject(bucket: Bucket, key: string): Promise<void> {
  await textOf(await ask(bucket, { method: "DELETE", key }));
}

const attempts = 5;

/** One request, again after a pause where R2 did not answer or said to come back later: every one of them may be repeated. */
export async function ask(
  bucket: Bucket,
  asked: Pick<S3Request, "method" | "key" | "query" | "headers">,
  body?: () => NonNullable<S3Request["body"]>,
): Promise<S3Answer> {
  const { s3, name, jurisdiction, wait = sleep } = bucket;
  for (let attempt = 1; ; attempt++) {
    const sent = body === undefined ? undefined : watched(body());
    const request = { ...asked, bucket: name, jurisdiction, ...(sent && { body: sent.body }) };
    const outcome = await once(s3, request);
    if (!(outcome instanceof BucketError)) return outcome;
    // What is to be sent cannot be read: R2 has nothing to do with it, and asking again changes nothing.
    const unread = sent?.failure();
    if (unread !== undefined) throw unread.error;
    const passing = outcome.status === 0 || outcome.status === 429 || outcome.status >= 500;
    if (!passing || outcome.status === 501 || attempt === attempts) throw outcome;
    await wait(250 * 2 ** attempt);
  }
}

type RequestBody = NonNullable<S3Request["body"]>;

/** The same body, and what went wrong while it was read. */
function watched(body: RequestBody): {
  readonly body: RequestBody;
  readonly failure: () => { readonly error: unknown } | undefined;
} {
  if (body instanceof Uint8Array) return { body, failure: () => undefined };
  let failure: { readonly error: unknown } | undefined;
  async function* read(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* parts;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return { body: { bytes: body.bytes, parts: read(body.parts) }, failure: () => failure };
}

async function once(s3: S3, request: S3Request): Promise<S3Answer | BucketError> {
  try {
    const answer = await sendS3(s3, request);
    if (answer.status < 300) return answer;
    const said = await textOf(answer);
    const code = element(said, "Code") ?? `HTTP ${answer.status}`;
    return new BucketError(answer.status, code, element(said, "Message") ?? said.slice(0, 200));
  } catch (error) {
    return new BucketError(0, "NoAnswer", causes(error));
  }
}
