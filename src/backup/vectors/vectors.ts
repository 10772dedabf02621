import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";

/** A vector with everything that it has. */
export const vector = z.object({
  id: z.string(),
  values: z.array(z.number()),
  namespace: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type Vector = Readonly<z.infer<typeof vector>>;

/** What an index is: none of it can be changed later. */
export interface IndexShape {
  readonly dimensions: number;
  readonly metric: string;
  readonly description: string;
  readonly metadataIndexes: readonly { readonly propertyName: string; readonly indexType: string }[];
}

const all = ({ accountId }: Account): string => `/accounts/${accountId}/vectorize/v2/indexes`;
export const indexPath = (account: Account, name: string): string =>
  `${all(account)}/${encodeURIComponent(name)}`;

const shown = z.object({
  description: z.string().nullish(),
  config: z.object({ dimensions: z.number(), metric: z.string() }),
});
const indexed = z.object({
  metadataIndexes: z.array(z.object({ propertyName: z.string(), indexType: z.string() })),
});
const found = z.object({
  vectorCount: z.number(),
  processedUpToMutation: z.union([z.string(), z.number()]).nullish(),
});
export const mutation = z.object({ mutationId: z.string().nullish() });
const page = z.object({
  vectors: z.array(z.object({ id: z.string() })),
  isTruncated: z.boolean(),
  nextCursor: z.string().nullish(),
});
const got = z.array(
  vector.extend({ namespace: z.string().nullish(), metadata: z.record(z.string(), z.unknown()).nullish() }),
);

const attempts = 5;

/** A read, or what may be done twice, asked again until it is settled. */
export async function ask(
  account: Account,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(account.connection, method, path, body);
    } catch (error) {
      const passes = !(error instanceof ApiError) || error.status >= 500 || error.status === 429;
      if (!passes || attempt >= attempts) throw error;
      await sleep(200 * 2 ** attempt);
    }
  }
}

/** What an index is like; undefined where there is none. Vectorize says 410 of one that was deleted. */
export async function indexNamed(account: Account, name: string): Promise<IndexShape | undefined> {
  try {
    const { description, config } = shown.parse(await ask(account, "GET", indexPath(account, name)));
    const list = await ask(account, "GET", `${indexPath(account, name)}/metadata_index/list`);
    return {
      ...config,
      description: description ?? "",
      metadataIndexes: indexed.parse(list).metadataIndexes,
    };
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}

/** How many vectors there are, and the last change that is among them. */
export async function stateOf(
  account: Account,
  name: string,
): Promise<{ readonly count: number; readonly mutation: string | undefined }> {
  const info = found.parse(await ask(account, "GET", `${indexPath(account, name)}/info`));
  return { count: info.vectorCount, mutation: info.processedUpToMutation?.toString() };
}

const idsInAPage = 1000;
/** Vectorize gives so many at once. */
const vectorsAtOnce = 20;
const requestsAtOnce = 6;

/** Ids of an index as it was when the first of them were asked for, a page at a time. */
export async function* idsOf(account: Account, name: string): AsyncGenerator<readonly string[]> {
  for (let cursor = ""; ; ) {
    const query = new URLSearchParams({ count: String(idsInAPage), ...(cursor !== "" && { cursor }) });
    const { vectors, isTruncated, nextCursor } = page.parse(
      await ask(account, "GET", `${indexPath(account, name)}/list?${query}`),
    );
    yield vectors.map(({ id }) => id);
    cursor = nextCursor ?? "";
    if (!isTruncated || cursor === "") return;
  }
}

/** Vectors by their ids, in no order; those that are gone are left out. */
export async function vectorsById(
  account: Account,
  name: string,
  ids: readonly string[],
): Promise<readonly Vector[]> {
  const found: Vector[] = [];
  const path = `${indexPath(account, name)}/get_by_ids`;
  for (let from = 0; from < ids.length; from += vectorsAtOnce * requestsAtOnce) {
    const parts = Array.from({ length: requestsAtOnce }, (_, i) =>
      ids.slice(from + i * vectorsAtOnce, from + (i + 1) * vectorsAtOnce),
    ).filter(({ length }) => length > 0);
    const answers = await Promise.all(parts.map((part) => ask(account, "POST", path, { ids: part })));
    for (const answer of answers) found.push(...got.parse(answer).map(plain));
  }
  return found;
}

const plain = ({ id, values, namespace, metadata }: z.infer<typeof got>[number]): Vector => ({
  id,
  values,
  ...(namespace && { namespace }),
  ...(metadata && { metadata }),
});

/** All vectors of an index. `gone` hears of each that was deleted since the ids were listed. */
export async function* vectorsOf(
  account: Account,
  name: string,
  gone: (count: number) => void,
): AsyncGenerator<Vector> {
  for await (const ids of idsOf(account, name)) {
    const found = await vectorsById(account, name, ids);
    gone(ids.length - found.length);
    yield* found;
  }
}

/** An index for a restore: a new one, or the half of an earlier run. Its metadata are indexed before there are any: later ones alone would be. */
export async function indexFor(account: Account, name: string, shape: IndexShape): Promise<void> {
  const { dimensions, metric, description, metadataIndexes } = shape;
  const there = await indexNamed(account, name);
  if (there === undefined)
    await call(account.connection, "POST", all(account), {
      name,
      description,
      config: { dimensions, metric },
    });
  let last: string | undefined;
  for (const each of metadataIndexes) {
    if (there?.metadataIndexes.some(({ propertyName }) => propertyName === each.propertyName)) continue;
    const path = `${indexPath(account, name)}/metadata_index/create`;
    last = mutation.parse(await call(account.connection, "POST", path, each)).mutationId ?? undefined;
  }
  if (last !== undefined) await processed(account, name, last);
}

/** Of a request; Vectorize takes 5000 vectors and 100 MB. */
const requestVectors = 1000;
const requestBytes = 10_000_000;

/** Puts vectors into an index and waits until they are in it. One whose id is there stays as it is: nobody overwrites what somebody wrote since. */
export async function putVectors(
  account: Account,
  name: string,
  vectors: AsyncIterable<Vector>,
  patienceMs: number,
): Promise<void> {
  let lines: string[] = [];
  let bytes = 0;
  let last: string | undefined;
  const send = async (): Promise<void> => {
    if (lines.length === 0) return;
    const path = `${indexPath(account, name)}/insert`;
    last = mutation.parse(await ask(account, "POST", path, formOf(lines))).mutationId ?? last;
    [lines, bytes] = [[], 0];
  };
  for await (const each of vectors) {
    const line = `${JSON.stringify(each)}\n`;
    if (lines.length >= requestVectors || bytes + line.length > requestBytes) await send();
    lines.push(line);
    bytes += line.length;
  }
  await send();
  if (last !== undefined) await processed(account, name, last, patienceMs);
}

/** Vectors as Vectorize takes them: a line of JSON each. */
export function formOf(lines: readonly string[]): FormData {
  const form = new FormData();
  form.set("vectors", new File([lines.join("")], "vectors.ndjson", { type: "application/x-ndjson" }));
  return form;
}

/** Changes are carried out in their order, some time after they were taken. Ends when this one was, or after so long: the comparison tells. */
export async function processed(
  account: Account,
  name: string,
  id: string,
  patienceMs = 120_000,
): Promise<void> {
  const until = Date.now() + patienceMs;
  for (let wait = 100; ; wait = Math.min(wait * 2, 10_000)) {
    if ((await stateOf(account, name)).mutation === id || Date.now() > until) return;
    await sleep(wait);
  }
}

export async function removeIndex(account: Account, name: string): Promise<void> {
  await call(account.connection, "DELETE", indexPath(account, name));
}

const named = z.array(z.object({ name: z.string() }));

export const indexNames = async (account: Account): Promise<readonly string[]> =>
  named.parse(await ask(account, "GET", all(account))).map(({ name }) => name);
