import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Reads so much of the file at a time. */
const pieceBytes = 1024 * 1024;

/** A request with a large body, piece by piece as the other side takes it: `fetch` would read the whole of it into memory first. */
export async function sendBlob(
  url: string,
  {
    method,
    headers,
    body,
  }: { readonly method: string; readonly headers: Record<string, string>; readonly body: Blob },
): Promise<Response> {
  const sent = request(url, { method, headers: { ...headers, "content-length": String(body.size) } });
  const answered = new Promise<Response>((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      const named = Object.entries(response.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      const status = response.statusCode ?? 502;
      resolve(new Response(Readable.toWeb(response, { type: "bytes" }), { status, headers: named }));
    });
  });
  // Whoever answers before all is sent, to refuse it, is heard all the same.
  pipeline(Readable.from(pieces(body)), sent).catch((error: unknown) => sent.destroy(asError(error)));
  return answered;
}

async function* pieces(body: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.size; at += pieceBytes)
    yield new Uint8Array(await body.slice(at, at + pieceBytes).arrayBuffer());
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
