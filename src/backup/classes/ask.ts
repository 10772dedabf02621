import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline, Readable } from "node:stream";

export interface Answer {
  readonly status: number;
  /** Has to be read to its end, or destroyed. */
  readonly body: IncomingMessage;
}

/** A request to a worker whose body, or whose answer's, may have any length. With `content` it is a PUT. `*.localhost` is this machine. */
export function ask(
  address: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly silenceMs: number;
    readonly content?: AsyncIterable<Uint8Array>;
  },
): Promise<Answer> {
  const { headers, silenceMs, content } = options;
  const url = new URL(address);
  const secure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      {
        host: url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname,
        port: url.port,
        path: url.pathname,
        method: content === undefined ? "GET" : "PUT",
        headers: { "user-agent": "lockstep", ...headers, host: url.host },
        timeout: silenceMs,
        agent: secure ? undefined : false,
      },
      (answer) => resolve({ status: answer.statusCode ?? 0, body: answer }),
    );
    request.on("timeout", () => request.destroy(new Error(`no byte within ${silenceMs / 1000} s`)));
    request.on("error", reject);
    if (content === undefined) {
      request.end();
      return;
    }
    const parts = Readable.from(content, { objectMode: false });
    // Before the request breaks for it, which says nothing of the reason.
    parts.on("error", reject);
    pipeline(parts, request, () => undefined);
  });
}

export async function textOf({ body }: Answer): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
