import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";

export type Exchanged =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
    }
  | { readonly kind: "noAnswer"; readonly message: string };

/** One request to a Worker's address. `*.localhost` is this machine, which Node's own resolver does not know. */
export function exchange(
  address: string,
  options: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly timeoutMs: number;
  },
): Promise<Exchanged> {
  const url = new URL(address);
  const local = url.hostname.endsWith(".localhost");
  return new Promise((resolve) => {
    const failed = (error: Error): void =>
      resolve({ kind: "noAnswer", message: `${error.message} (${url.origin})` });
    const sent = (url.protocol === "https:" ? httpsRequest : httpRequest)(
      {
        host: local ? "127.0.0.1" : url.hostname,
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: options.method,
        headers: { ...options.headers, host: url.host },
        timeout: options.timeoutMs,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", failed);
        response.on("end", () =>
          resolve({
            kind: "answer",
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${options.timeoutMs} ms`)));
    sent.on("error", failed);
    sent.end(options.body);
  });
}
