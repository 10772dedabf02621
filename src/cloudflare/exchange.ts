import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";

export type Exchanged =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
    }
  | {
      readonly kind: "noAnswer";
      readonly message: string;
      /** Whether it is sure that nothing was sent: nobody listened, or a shared connection had been closed before. */
      readonly nothingSent: boolean;
    };

/** The same, the answer's body in the parts in which it came. */
export type ExchangedParts =
  | (Omit<Extract<Exchanged, { kind: "answer" }>, "text"> & { readonly parts: readonly Buffer[] })
  | Extract<Exchanged, { kind: "noAnswer" }>;

export interface ExchangeOptions {
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For the whole answer. @default - it is waited for as long as it takes */
  readonly timeoutMs?: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** The status is enough; a body may never end. @default false */
  readonly onlyHead?: boolean;
}

/**
 * One request, and what came back; never throws. `*.localhost` is this machine, which Node's own resolver does not know.
 *
 * @example const sent = await exchange("http://api-dev.dev.localhost:8787/health", { timeoutMs: 10_000 });
 */
export async function exchange(address: string, options: ExchangeOptions = {}): Promise<Exchanged> {
  const sent = await exchangeParts(address, options);
  if (sent.kind === "noAnswer") return sent;
  const { parts, ...answer } = sent;
  return { ...answer, text: Buffer.concat(parts).toString("utf8") };
}

/** The same for a long answer, of which nobody wants a copy more than there has to be. */
export function exchangeParts(address: string, options: ExchangeOptions = {}): Promise<ExchangedParts> {
  const url = new URL(address);
  const { method = "GET", headers = {}, body, onlyHead = false } = options;
  const secure = url.protocol === "https:";
  const signal = signalOf(options);
  return new Promise((resolve) => {
    const failed = (error: Error, nothingSent = false): void => {
      const asked = `${url.origin}${url.pathname}`;
      const message =
        options.timeoutMs !== undefined && signal?.reason?.name === "TimeoutError"
          ? `no answer within ${options.timeoutMs} ms from ${asked}`
          : `${causes(error)} (${asked})`;
      resolve({ kind: "noAnswer", message, nothingSent });
    };
    const sent = (secure ? httpsRequest : httpRequest)(
      {
        host: url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method,
        headers: {
          "user-agent": "lockstep",
          // Node says it of no DELETE, and a body that nobody announced is a malformed request.
          ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
          host: url.host,
        },
        // A shared connection that breaks under a write does not say whether the write was done. On this machine, where a new
        // one costs nothing, a write gets its own; a TLS handshake is worth sharing, and a lost answer is reconciled.
        agent: secure || method === "GET" ? undefined : false,
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        const answered = (): void =>
          resolve({
            kind: "answer",
            status: response.statusCode ?? 0,
            headers: response.headers,
            parts: chunks,
          });
        response.on("error", (error) => failed(error));
        if (onlyHead) {
          answered();
          response.destroy();
          return;
        }
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", answered);
      },
    );
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const closedBefore = error.code === "ECONNRESET" && sent.reusedSocket;
      failed(error, error.code === "ECONNREFUSED" || closedBefore);
    });
    sent.end(body);
  });
}

function signalOf({ timeoutMs, signal }: ExchangeOptions): AbortSignal | undefined {
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ];
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
}

/** An error's own words. Of a host with several addresses, the words of the first: the error of all of them has none. */
export function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = error instanceof AggregateError ? error.errors : [];
  const own = error.message === "" && first !== undefined ? causes(first) : error.message;
  return error.cause === undefined ? own : `${own}: ${causes(error.cause)}`;
}
