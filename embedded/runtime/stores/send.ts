import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Reads so much of a file at a time. */
const pieceBytes = 1024 * 1024;

/** No body may be said of these, not even an empty one. */
const bodiless: readonly number[] = [204, 205, 304];

export interface Sent {
  /** @default "GET" */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A blob goes piece by piece, as the other side takes it: `fetch` would read the whole of it into memory first. */
  readonly body?: Uint8Array | Blob | string;
}

/**
 * One request to workerd, by a connection of its own. workerd closes one that was idle for five seconds, which is also when Node gives up keeping it: who
 * writes into a kept one at that moment hears "socket hang up" of a request that was in order.
 */
export async function send(url: string, { method = "GET", headers, body }: Sent): Promise<Response> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length = bytes instanceof Blob ? bytes.size : bytes?.length;
  const announced = length === undefined ? {} : { "content-length": String(length) };
  const sent = request(url, { method, headers: { ...headers, ...announced }, agent: false });
  const answered = new Promise<Response>((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      const named = Object.entries(response.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      const status = response.statusCode ?? 502;
      const content = bodiless.includes(status) ? null : Readable.toWeb(response, { type: "bytes" });
      if (content === null) response.resume();
      resolve(new Response(content, { status, headers: named }));
    });
  });
  // Whoever answers before all is sent, to refuse it, is heard all the same.
  if (bytes instanceof Blob)
    pipeline(Readable.from(pieces(bytes)), sent).catch((error: unknown) => sent.destroy(asError(error)));
  else sent.end(bytes);
  return answered;
}

async function* pieces(body: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.size; at += pieceBytes)
    yield new Uint8Array(await body.slice(at, at + pieceBytes).arrayBuffer());
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
