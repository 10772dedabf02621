import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isList, isObject, parsedJson, property, type Value } from "../values/values.ts";

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

/** Reads share connections. A write has one of its own: a shared one that breaks would not say whether the write was done. */
const shared = new Agent({ keepAlive: true, maxSockets: 32 });
const base = "/client/v4";

/** A client of the embedded API; nothing else can be reached through it. `signal`: nobody waits for the answers any more. */
export function apiClient(origin: string, token: string, signal: AbortSignal): ApiClient {
  const { hostname, port } = new URL(origin);
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Value> {
    const search = new URLSearchParams(options.query ?? {}).toString();
    const target = `${base}/${path}${search === "" ? "" : `?${search}`}`;
    const body =
      options.bytes ?? (options.json === undefined ? undefined : Buffer.from(JSON.stringify(options.json)));
    const headers: Record<string, string> = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      ...(options.json === undefined ? {} : { "content-type": "application/json" }),
      ...(body === undefined ? {} : { "content-length": String(body.length) }),
      ...options.headers,
    };
    const sent = await patiently(() => send({ hostname, port, method, path: target, headers, signal }, body));
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

/** The connection was refused, or an idle one had been closed before a read: nothing was done, so asking again is safe. */
class NothingSent extends Error {}

/** A process that is just being restarted is waited for, briefly. No answer of the API is ever asked for twice. */
async function patiently(attempt: () => Promise<Sent>): Promise<Sent> {
  for (let delayMs = 100; ; delayMs *= 2) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NothingSent) || delayMs > 1600) throw error;
      await sleep(delayMs);
    }
  }
}

function send(
  target: {
    hostname: string;
    port: string;
    method: string;
    path: string;
    headers: Record<string, string>;
    signal: AbortSignal;
  },
  body: Uint8Array | undefined,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const agent = target.method === "GET" ? shared : false;
    const outgoing = request({ ...target, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
      response.on("error", reject);
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      const refused = error.code === "ECONNREFUSED" || (error.code === "ECONNRESET" && outgoing.reusedSocket);
      const what = `${target.method} ${target.path}: ${error.message}`;
      reject(
        refused
          ? new NothingSent(`the embedded Cloudflare does not answer (${what})`)
          : new Error(what, { cause: error }),
      );
    });
    outgoing.end(body);
  });
}

function resultOf(method: string, target: string, text: string): Value {
  const parsed = parsedJson(text);
  if (!isObject(parsed))
    throw new Error(
      `${method} ${target}: the answer is not ${parsed === undefined ? "JSON" : "an envelope"}: ${text.slice(0, 200)}`,
    );
  return parsed["result"] ?? null;
}

function failure(method: string, target: string, sent: Sent): ApiFailure {
  const envelope = parsedJson(sent.text);
  const errors = notesIn(property(envelope, "errors"));
  const texts = [...errors, ...notesIn(property(envelope, "messages"))].flatMap((note) => note.message ?? []);
  return new ApiFailure(
    method,
    target,
    sent.status,
    errors[0]?.code,
    texts.length > 0 ? texts.join("; ") : sent.text || "no text",
  );
}

interface Note {
  readonly code: number | undefined;
  readonly message: string | undefined;
}

/** The texts of a refusal; none where it is not in the form of the API, so that the answer itself is shown. */
function notesIn(list: Value | undefined): readonly Note[] {
  if (!isList(list)) return [];
  return list.filter(isObject).map((note) => {
    const { code, message } = note;
    return {
      code: typeof code === "number" ? code : undefined,
      message: typeof message === "string" && message !== "" ? message : undefined,
    };
  });
}
