import { request } from "node:http";

/** An address of the front door: what a browser resolves by itself and Node does not (`*.localhost`). */
export interface WorkerAddress {
  /** `dome-api-dev.dev.localhost`. */
  readonly host: string;
  readonly port: number;
}

export interface JsonReply {
  readonly status: number;
  readonly text: string;
}

/** One request to a worker, by 127.0.0.1 and a Host header. Rejects when nothing answers within `timeoutMs`. */
export function ask(
  to: WorkerAddress,
  path: string,
  options: { readonly body?: unknown; readonly timeoutMs?: number } = {},
): Promise<JsonReply> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: to.port,
        path,
        method: body === undefined ? "GET" : "POST",
        timeout: options.timeoutMs ?? 30_000,
        headers: {
          host: `${to.host}:${to.port}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
        response.on("error", reject);
      },
    );
    sent.on("timeout", () =>
      sent.destroy(new Error(`no answer from http://${to.host}:${to.port}${path} in time`)),
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
