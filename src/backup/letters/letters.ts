import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";

/** A message of a queue, as the API shows it. */
export const letter = z.object({
  /** Of a text as it is; base64 of everything else. */
  body: z.string(),
  /** `text`, `json`, `bytes` or `v8`. */
  contentType: z.string(),
  sentMs: z.number(),
});
export type Letter = Readonly<z.infer<typeof letter>>;

const all = ({ accountId }: Account): string => `/accounts/${accountId}/queues`;
const one = (account: Account, id: string): string => `${all(account)}/${encodeURIComponent(id)}`;

const listed = z.array(z.object({ queue_id: z.string(), queue_name: z.string() }));
const made = z.object({ queue_id: z.string() });
const metrics = z.object({ backlog_count: z.number() });
const peeked = z.object({
  messages: z
    .array(
      z.object({
        body: z.string(),
        timestamp_ms: z.number(),
        metadata: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
});

const mostInAPage = 100;

/** The queues of an account: their ids by their names. */
export async function queueIds(account: Account): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let page = 1; ; page++) {
    const path = `${all(account)}?page=${page}&per_page=${mostInAPage}`;
    const before = found.size;
    for (const { queue_id: id, queue_name: name } of listed.parse(
      await call(account.connection, "GET", path),
    ))
      found.set(name, id);
    // A list that does not know pages is the same again.
    if (found.size - before < mostInAPage) return found;
  }
}

/** Messages that are in a queue. */
export const depthOf = async (account: Account, id: string): Promise<number> =>
  metrics.parse(await call(account.connection, "GET", `${one(account, id)}/metrics`)).backlog_count;

/** The API shows so many, and gives no way to those behind them. */
export const mostLetters = 100;

/**
 * The first messages of a queue. They are looked at, not taken: nobody is kept from getting them, and no delivery is counted. Undefined where the token
 * may not look.
 */
export async function lettersOf(account: Account, id: string): Promise<readonly Letter[] | undefined> {
  try {
    const path = `${one(account, id)}/messages/peek`;
    const { messages } = peeked.parse(
      await call(account.connection, "POST", path, { batch_size: mostLetters }),
    );
    return (messages ?? []).map(({ body, timestamp_ms, metadata }) => ({
      body,
      contentType: String(metadata?.["CF-Content-Type"] ?? "v8"),
      sentMs: timestamp_ms,
    }));
  } catch (error) {
    if (error instanceof ApiError && [401, 403, 404, 405].includes(error.status)) return undefined;
    throw error;
  }
}

/** Over HTTP only texts and JSON can be sent. */
export const canSend = ({ contentType }: Letter): boolean => contentType === "text" || contentType === "json";

/** A queue for a restore: a new one, or the one of an earlier run. Nobody consumes it. */
export async function queueFor(account: Account, name: string): Promise<string> {
  const there = (await queueIds(account)).get(name);
  if (there !== undefined) return there;
  return made.parse(await call(account.connection, "POST", all(account), { queue_name: name })).queue_id;
}

export async function sendLetters(account: Account, id: string, letters: readonly Letter[]): Promise<void> {
  const messages = letters.map(({ body, contentType }) => ({
    body: contentType === "text" ? body : JSON.parse(Buffer.from(body, "base64").toString("utf8")),
    content_type: contentType,
  }));
  if (messages.length > 0)
    await call(account.connection, "POST", `${one(account, id)}/messages/batch`, { messages });
}

export async function removeQueue(account: Account, id: string): Promise<void> {
  await call(account.connection, "DELETE", one(account, id));
}
