import { setTimeout as sleep } from "node:timers/promises";
import { parseEnvelope } from "../../../src/cloudflare/envelope.ts";
import { type ExchangeOptions, exchange } from "../../../src/cloudflare/exchange.ts";
import { isObject, parsedJson, type Value } from "../values/values.ts";

export interface ApiClient {
  /** One call; the answer's `result`. Throws {@link ApiFailure} for a status of 400 and above. */
  call(method: string, path: string, options?: CallOptions): Promise<Value>;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Value;
  /** For what is not JSON, with its content type in the headers. */
  readonly bytes?: Uint8Array;
  /** Also give the text of an answer that is not JSON (a value of KV). @default json */
  readonly answer?: "json" | "text";
}

/** The API refused. The message carries its own text, with what was asked. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: number | undefined;
  constructor(method: string, path: string, status: number, code: number | undefined, texts: string) {
    super(`${texts} (${method} ${path}: status ${status}${code === undefined ? "" : `, code ${code}`})`);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
  }
}

const base = "/client/v4";

/** A client of the embedded API; nothing else can be reached through it. `signal`: nobody waits for the answers any more. */
export function apiClient(origin: string, token: string, signal: AbortSignal): ApiClient {
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Value> {
    const search = new URLSearchParams(options.query ?? {}).toString();
    const target = `${base}/${path}${search === "" ? "" : `?${search}`}`;
    const body = options.bytes ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
    const headers: Record<string, string> = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      ...(options.json === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const sent = await patiently(`${origin}${target}`, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    if (sent.status >= 400) throw failure(method, target, sent);
    if (options.answer === "text") return sent.text;
    return resultOf(method, target, sent.text);
  }
  return { call };
}

interface Sent {
  readonly status: number;
  readonly text: string;
}

/** A process that is just being restarted is waited for, briefly. No answer of the API is ever asked for twice. */
async function patiently(address: string, options: ExchangeOptions): Promise<Sent> {
  for (let delayMs = 100; ; delayMs *= 2) {
    const sent = await exchange(address, options);
    if (sent.kind === "answer") return sent;
    const what = `${options.method} ${sent.message}`;
    if (!sent.nothingSent) throw new Error(what);
    if (delayMs > 1600) throw new Error(`the embedded Cloudflare does not answer: ${what}`);
    await sleep(delayMs);
  }
}

function resultOf(method: string, target: string, text: string): Value {
  const parsed = parsedJson(text);
  if (!isObject(parsed))
    throw new Error(
      `${method} ${target}: the answer is not ${parsed === undefined ? "JSON" : "an envelope"}: ${text.slice(0, 200)}`,
    );
  return parsed["result"] ?? null;
}

function failure(method: string, target: string, { status, text }: Sent): ApiFailure {
  const { errors, messages } = parseEnvelope(text) ?? { errors: [], messages: [] };
  const texts = [...errors, ...messages].map(({ message }) => message);
  return new ApiFailure(method, target, status, errors[0]?.code, texts.join("; ") || text || "no text");
}
