import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { send } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Account } from "../account.ts";
import type { ListedObject } from "./object.ts";

/** A bucket, as the API finds it. */
export interface BucketPlace {
  readonly name: string;
  readonly jurisdiction: string;
}

const page = z.object({
  result: z.array(
    z.object({
      key: z.string(),
      size: z.coerce.number(),
      etag: z.string(),
      last_modified: z.string(),
      http_metadata: z.record(z.string(), z.unknown()).nullish(),
      custom_metadata: z.record(z.string(), z.string()).nullish(),
      storage_class: z.string().nullish(),
      ssec: z.boolean().nullish(),
    }),
  ),
  result_info: z.object({ cursor: z.string().nullish(), is_truncated: z.boolean().nullish() }).nullish(),
});

const mostInAPage = 1000;
const attempts = 5;

/** Objects of a bucket, a page at a time, in the order of their keys. What is put or deleted meanwhile may be among them or not. */
export async function* listObjects(
  account: Account,
  bucket: BucketPlace,
  pageObjects = mostInAPage,
): AsyncGenerator<readonly ListedObject[]> {
  for (let cursor = ""; ; ) {
    const query = { per_page: String(pageObjects), ...(cursor !== "" && { cursor }) };
    const { result, result_info: info } = await ask(account, bucket, query);
    yield result.map(listed);
    cursor = info?.is_truncated === false ? "" : (info?.cursor ?? "");
    if (cursor === "") return;
  }
}

/** One object as it is now; undefined where it is not there. */
export async function listedObject(
  account: Account,
  bucket: BucketPlace,
  key: string,
): Promise<ListedObject | undefined> {
  const { result } = await ask(account, bucket, { prefix: key, per_page: "1" });
  return result.map(listed).find((each) => each.key === key);
}

export const bucketPath = ({ accountId }: Account, name: string): string =>
  `/accounts/${accountId}/r2/buckets/${encodeURIComponent(name)}`;

function listed(one: z.infer<typeof page>["result"][number]): ListedObject {
  const http = Object.entries(one.http_metadata ?? {}).filter(([, value]) => value !== null && value !== "");
  return {
    key: one.key,
    size: one.size,
    etag: one.etag.replaceAll('"', ""),
    uploaded: one.last_modified,
    httpMetadata: Object.fromEntries(
      http.map(([name, value]) => [name, name === "cacheExpiry" ? time(value) : String(value)]),
    ),
    customMetadata: one.custom_metadata ?? {},
    storageClass: one.storage_class ?? "Standard",
    ssec: one.ssec ?? false,
  };
}

/** A time comes as a date, or as milliseconds; whole seconds are what HTTP carries. */
function time(value: unknown): string {
  const text = String(value);
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toUTCString();
}

async function ask(
  account: Account,
  { name, jurisdiction }: BucketPlace,
  query: Readonly<Record<string, string>>,
): Promise<z.infer<typeof page>> {
  const path = `${bucketPath(account, name)}/objects?${new URLSearchParams(query)}`;
  for (let attempt = 1; ; attempt++) {
    const answer = await send(account.connection, "GET", path, undefined, {
      "cf-r2-jurisdiction": jurisdiction,
    });
    if (answer.kind === "answer" && answer.status === 200) return page.parse(JSON.parse(answer.text));
    const got = answer.kind === "answer" ? `HTTP ${answer.status}: ${answer.text}` : answer.message;
    const passes = answer.kind === "noAnswer" || answer.status >= 500 || answer.status === 429;
    if (!passes || attempt >= attempts)
      throw new UserError({
        what: "The objects of a bucket cannot be listed",
        where: `bucket ${name}`,
        got,
        expected: "its objects",
        fix: "give the API token the permission Workers R2 Storage Read, or run it again",
      });
    await sleep(200 * 2 ** attempt);
  }
}
