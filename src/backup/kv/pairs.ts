import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Account } from "../account.ts";

/** A key of a namespace with everything that it has. */
export const pair = z.object({
  key: z.string(),
  /** Base64. */
  value: z.string(),
  metadata: z.unknown().optional(),
  /** Seconds since 1970. */
  expiration: z.number().optional(),
});
export type Pair = Readonly<z.infer<typeof pair>>;

const page = z.object({
  result: z.array(
    z.object({ name: z.string(), expiration: z.number().optional(), metadata: z.unknown().optional() }),
  ),
  result_info: z.object({ cursor: z.string().nullish() }).nullish(),
});

type Listed = z.infer<typeof page>["result"][number];
const texts = z.object({ result: z.object({ values: z.record(z.string(), z.string().nullable()) }) });

/** Cloudflare gives as many values at once, as texts. */
const atOnce = 100;
const attempts = 5;

/**
 * All pairs of a namespace in the order of its keys. KV knows no moment: what is written meanwhile may be in it or not, and each value is one that the
 * key had. A key that goes meanwhile is left out.
 * @param pageKeys of a listing, 10 to 1000
 */
export async function* pairs(account: Account, id: string, pageKeys = 1000): AsyncGenerator<Pair> {
  for await (const listed of keyPages(account, id, pageKeys))
    for (let from = 0; from < listed.length; from += atOnce)
      yield* some(account, pathOf(account, id), listed.slice(from, from + atOnce));
}

/** Names of the keys of a namespace. */
export async function keysOf(account: Account, id: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const listed of keyPages(account, id, 1000)) for (const { name } of listed) names.add(name);
  return names;
}

async function* keyPages(account: Account, id: string, pageKeys: number): AsyncGenerator<readonly Listed[]> {
  for (let cursor = ""; ; ) {
    const query = new URLSearchParams({ limit: String(pageKeys), ...(cursor !== "" && { cursor }) });
    const answer = await ask(account, `${pathOf(account, id)}/keys?${query}`);
    const { result, result_info: info } = page.parse(await answer?.json());
    yield result;
    cursor = info?.cursor ?? "";
    if (cursor === "") return;
  }
}

async function* some(account: Account, base: string, keys: readonly Listed[]): AsyncGenerator<Pair> {
  const sent = { keys: keys.map(({ name }) => name), type: "text" };
  const answer = await ask(account, `${base}/bulk/get`, sent);
  // Undefined where all of them are too much for one answer.
  const values = answer === undefined ? {} : texts.parse(await answer.json()).result.values;
  for (const { name, expiration, metadata } of keys) {
    const text = values[name];
    if (text === null) continue;
    const value = isText(text) ? Buffer.from(text) : await bytesOf(account, base, name);
    if (value === undefined) continue;
    yield {
      key: name,
      value: value.toString("base64"),
      ...(metadata !== undefined && metadata !== null && { metadata }),
      ...(expiration !== undefined && { expiration }),
    };
  }
}

/** Bytes that are no UTF-8 come as this sign. */
const isText = (text: string | undefined): text is string =>
  text !== undefined && text !== "" && !text.includes("\uFFFD");

async function bytesOf(account: Account, base: string, name: string): Promise<Buffer | undefined> {
  const found = await ask(account, `${base}/values/${encodeURIComponent(name)}`);
  return found === undefined ? undefined : Buffer.from(await found.arrayBuffer());
}

export const pathOf = ({ accountId }: Account, id: string): string =>
  `/accounts/${accountId}/storage/kv/namespaces/${encodeURIComponent(id)}`;

/** A read, asked again until it is settled; undefined where there is nothing, or where it is too much at once. */
async function ask({ connection }: Account, path: string, body?: object): Promise<Response | undefined> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${connection.baseUrl}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${connection.token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => String(error));
    if (typeof answer !== "string") {
      if (answer.ok) return answer;
      const text = await answer.text();
      if (answer.status === 404 || answer.status === 413) return undefined;
      if (answer.status < 500 && answer.status !== 429) throw refused(path, `HTTP ${answer.status}: ${text}`);
    }
    if (attempt >= attempts)
      throw refused(path, typeof answer === "string" ? answer : `HTTP ${answer.status}`);
    await sleep(200 * 2 ** attempt);
  }
}

const refused = (path: string, got: string): UserError =>
  new UserError({
    what: "A namespace cannot be read; no backup was written",
    where: `GET ${path}`,
    got,
    expected: "its keys and values",
    fix: "give the API token the permission Workers KV Storage Read, or run it again",
  });
