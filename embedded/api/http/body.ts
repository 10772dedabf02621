import type { IncomingMessage } from "node:http";
import { ApiError, type BodyLimit } from "./service.ts";

/** The client went away before its body was complete: nobody is left to answer. */
export class Disconnected extends Error {
  constructor() {
    super("the client closed the connection");
    this.name = "Disconnected";
  }
}

/** The body piece by piece. Throws the limit's refusal as soon as it is known that the body is larger. */
export async function* readChunks(request: IncomingMessage, limit: BodyLimit): AsyncGenerator<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit.maximumBytes) throw tooLarge(limit, announced);
  let bytes = 0;
  try {
    // whoever sent too much is still to hear so: the connection stays
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > limit.maximumBytes) throw tooLarge(limit, bytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new Disconnected();
  }
}

export async function readAll(request: IncomingMessage, limit: BodyLimit): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of readChunks(request, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const tooLarge = ({ maximumBytes, refusal }: BodyLimit, bytes: number): ApiError =>
  refusal?.(bytes) ??
  new ApiError(413, 7009, `The request body is larger than the ${maximumBytes} bytes that this call takes.`);
