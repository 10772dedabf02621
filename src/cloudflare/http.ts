import { setTimeout as sleep } from "node:timers/promises";
import { embeddedShell, type Sentence, sentence } from "../diagnostic/sentence.ts";
import { widerToken } from "../diagnostic/wider-token.ts";
import { parseEnvelope } from "./envelope.ts";
import { type Exchanged, exchange, exchangeParts } from "./exchange.ts";
import { cutOut } from "./long-text.ts";

/** Where Cloudflare's v4 API answers. */
export interface Api {
  /** `https://api.cloudflare.com/client/v4`, without a final slash. */
  readonly baseUrl: string;
  readonly token: string;
  /** After this long an answer is not waited for any more: the outcome is unknown. D1 ends a query at 30 s. @default 40 000 */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 40_000;

/**
 * What is known after a request. The difference matters for a write: `refused` means that nothing was done and nothing
 * will be, `unknown` means that it may have been done, or may still be.
 */
export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  /** A deterministic answer: SQL rolled back, malformed, not allowed, no such database. Asking again gives the same. */
  | { readonly kind: "refused"; readonly status: number; readonly code: number; readonly message: string }
  /** Not executed, because of a rate limit. */
  | { readonly kind: "later"; readonly retryAfterMs: number; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

/** One call of the API, its answer classified; `path` begins with `/accounts`. `result` of the envelope is the value. */
export async function callApi(
  api: Api,
  method: Method,
  path: string,
  body?: object,
): Promise<Outcome<unknown>> {
  const sent = await send(api, method, path, body);
  return sent.kind === "noAnswer"
    ? { kind: "unknown", message: sent.message }
    : classify(sent.status, sent.headers["retry-after"] ?? null, sent.text);
}

/**
 * The same, where one text of the answer is long: `null` stands in its place, and it comes beside it, escaped as JSON has it. Undefined where it was not
 * found, and the answer is as it came.
 * @param name of the property that has it; it stands before all others of the same name
 */
export async function callForLongText(
  api: Api,
  method: Method,
  path: string,
  body: object,
  name: string,
): Promise<{ readonly outcome: Outcome<unknown>; readonly long: Buffer | undefined }> {
  const headers = { authorization: `Bearer ${api.token}`, "content-type": "application/json" };
  const sent = await exchangeParts(`${api.baseUrl}${path}`, {
    method,
    headers,
    timeoutMs: api.timeoutMs ?? usualTimeoutMs,
    body: JSON.stringify(body),
  });
  if (sent.kind === "noAnswer")
    return { outcome: { kind: "unknown", message: sent.message }, long: undefined };
  const { text, long } = cutOut(sent.parts, name);
  return { outcome: classify(sent.status, sent.headers["retry-after"] ?? null, text), long };
}

/** What to do about a call that was not done: a permission helps only where the API said no. */
export const remedy = (outcome: Exclude<Outcome<unknown>, { kind: "done" }>, permission: string): Sentence =>
  outcome.kind === "refused"
    ? [401, 403].includes(outcome.status)
      ? widerToken(permission)
      : `mend what the API names (HTTP ${outcome.status}), then run again`
    : sentence`check the network (on the embedded target that it runs: ${embeddedShell}), then run again`;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One call of the API, and what came back. A form is sent as one, everything else as JSON. Never throws. */
export async function send(
  api: Api,
  method: Method,
  path: string,
  body?: object,
  more: Readonly<Record<string, string>> = {},
): Promise<Exchanged> {
  const timeoutMs = api.timeoutMs ?? usualTimeoutMs;
  const own = { ...more, authorization: `Bearer ${api.token}` };
  const url = `${api.baseUrl}${path}`;
  if (body instanceof FormData) {
    const form = new Response(body);
    const headers = { ...own, "content-type": form.headers.get("content-type") ?? "" };
    return exchange(url, { method, headers, timeoutMs, body: new Uint8Array(await form.arrayBuffer()) });
  }
  if (body === undefined) return exchange(url, { method, headers: own, timeoutMs });
  const headers = { ...own, "content-type": "application/json" };
  return exchange(url, { method, headers, timeoutMs, body: JSON.stringify(body) });
}

/** Reads an answer; exported because every branch of it decides whether a write may be sent again. */
export function classify(status: number, retryAfter: string | null, text: string): Outcome<unknown> {
  const envelope = parseEnvelope(text);
  const first = envelope?.errors[0];
  const said = first === undefined ? shorten(text) : first.message;
  if (status === 429 || first?.code === 971) {
    const seconds = Number(retryAfter);
    return {
      kind: "later",
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 600) * 1000 : 5_000,
      message: said,
    };
  }
  if (envelope?.success === undefined) {
    const message = `HTTP ${status} without Cloudflare's envelope: ${said}`;
    return status >= 400 && status < 500 && status !== 408
      ? { kind: "refused", status, code: 0, message }
      : { kind: "unknown", message };
  }
  // While a whole database is carried in or out D1 takes no other request; this one was not begun.
  if (!envelope.success && /currently processing a long-running/i.test(said))
    return { kind: "later", retryAfterMs: 5_000, message: said };
  if (envelope.success && status < 300) return { kind: "done", value: envelope.result };
  // A failure of which nothing is said is no answer about a write.
  if (first === undefined && status < 400)
    return { kind: "unknown", message: `a failure without an error (HTTP ${status})` };
  const code = first?.code ?? 0;
  if (isUnsettled(status, code, said))
    return { kind: "unknown", message: `${said} [${code}] (HTTP ${status})` };
  return { kind: "refused", status, code, message: said };
}

/** Texts that D1 documents for a query that may or may not have been carried out. */
const transient = [
  /reset because its code was updated/i,
  /storage caused object to be reset/i,
  /network connection lost/i,
  /cannot resolve d1 db due to transient issue/i,
  /overloaded/i,
  /exceeded (its )?(timeout|cpu|memory|time)/i,
  /internal error/i,
];

function isUnsettled(status: number, code: number, message: string): boolean {
  // A broken constraint found at commit also says "reset", but the same request breaks it again.
  if (/constraints were violated/i.test(message)) return false;
  if (code === 7009 || transient.some((text) => text.test(message))) return true;
  return status >= 500 && code !== 7500;
}

/** Asks a read until it is settled: reads may be repeated freely. */
export async function read<T>(
  ask: () => Promise<Outcome<T>>,
  attempts = 5,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<Exclude<Outcome<T>, { kind: "later" }>> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await ask();
    if (outcome.kind === "done" || outcome.kind === "refused") return outcome;
    if (attempt >= attempts)
      return outcome.kind === "unknown" ? outcome : { kind: "unknown", message: outcome.message };
    await wait(outcome.kind === "later" ? outcome.retryAfterMs : 200 * 2 ** attempt);
  }
}

const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
