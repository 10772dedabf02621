import type { IncomingMessage } from "node:http";

/** No worker may send more in one request: Vectorize takes 100 MB, everything else far less. */
const maximumBytes = 100 * 1024 * 1024;

/** The whole body of a request from a cell. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maximumBytes) throw new Error(`the request is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
