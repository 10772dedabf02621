import { createHash } from "node:crypto";
import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";
import { keysOf, type Pair, pairs, pathOf } from "./pairs.ts";

const listed = z.array(z.object({ id: z.string(), title: z.string() }));
const mostInAPage = 100;

/** The namespaces of an account by their titles. */
export async function namespaces(account: Account): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let page = 1; ; page++) {
    const path = `/accounts/${account.accountId}/storage/kv/namespaces?page=${page}&per_page=${mostInAPage}`;
    const some = listed.parse(await call(account.connection, "GET", path));
    for (const { id, title } of some) found.set(title, id);
    if (some.length < mostInAPage) return found;
  }
}

/** A namespace of this title: the one that is there, or a new one. */
export async function namespaceFor(account: Account, title: string): Promise<string> {
  const there = (await namespaces(account)).get(title);
  if (there !== undefined) return there;
  const path = `/accounts/${account.accountId}/storage/kv/namespaces`;
  return z.object({ id: z.string() }).parse(await call(account.connection, "POST", path, { title })).id;
}

export async function removeNamespace(account: Account, id: string): Promise<void> {
  await call(account.connection, "DELETE", pathOf(account, id));
}

/** Of a request; Cloudflare takes 10 000 pairs and 100 MB. */
const requestPairs = 1_000;
const requestBytes = 5_000_000;
/** KV takes no key that expires sooner; what would, is gone before anybody reads it. */
const soonSeconds = 90;

/** Whether a key is still worth putting back. */
export const isAlive = ({ expiration }: Pair, nowMs: number): boolean =>
  expiration === undefined || expiration > nowMs / 1000 + soonSeconds;

/**
 * Puts pairs into a namespace. A key that is there stays as it is: an earlier run put it there, or somebody wrote it since, which nobody may
 * overwrite. Keys that have expired since stay away. Gives how many those were.
 */
export async function putPairs(account: Account, id: string, all: AsyncIterable<Pair>): Promise<number> {
  const there = await keysOf(account, id);
  let expired = 0;
  let request: object[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    if (request.length > 0) await call(account.connection, "PUT", `${pathOf(account, id)}/bulk`, request);
    [request, bytes] = [[], 0];
  };
  for await (const one of all) {
    if (!isAlive(one, Date.now())) {
      expired++;
      continue;
    }
    if (there.has(one.key)) continue;
    const size = one.value.length + one.key.length + 200;
    if (request.length >= requestPairs || bytes + size > requestBytes) await send();
    request.push({ ...one, base64: true });
    bytes += size;
  }
  await send();
  return expired;
}

/** What a namespace has otherwise than it should, a sentence each; keys that expire by now are not looked at. */
export async function namespaceDifferences(
  account: Account,
  id: string,
  wanted: AsyncIterable<Pair>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const there = new Map<string, string>();
  const alive = Date.now() + 120_000;
  for await (const one of pairs(account, id)) there.set(one.key, digestOf(one));
  for await (const one of wanted) {
    const is = there.get(one.key);
    there.delete(one.key);
    if (!isAlive(one, alive)) continue;
    if (is === undefined) found.push(`key ${JSON.stringify(one.key)} is missing`);
    else if (is !== digestOf(one))
      found.push(`key ${JSON.stringify(one.key)} has another value, metadata or expiry`);
  }
  for (const key of there.keys()) found.push(`key ${JSON.stringify(key)} is too much`);
  return found.slice(0, 20);
}

/** Of everything that a pair has, whatever the order of its parts. */
const digestOf = ({ key, value, metadata, expiration }: Pair): string =>
  createHash("sha256")
    .update(JSON.stringify([key, value, metadata ?? null, expiration ?? null]))
    .digest("hex");
