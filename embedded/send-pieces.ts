import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";

/**
 * Sends a body piece by piece and ends the answer. Who leaves in the middle is not told, nor is somebody who left before the answer began: an answer that is
 * closed already takes no stream. Either way what holds the pieces is let go.
 */
export function sendPieces(pieces: AsyncIterable<Uint8Array>, response: ServerResponse): void {
  if (response.destroyed)
    letGo(pieces).catch(() => undefined); // nobody would hear why
  else pipeline(Readable.from(pieces, { objectMode: false }), response, () => undefined);
}

/** A generator that was never begun does not run its `finally`. */
async function letGo(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of pieces) break;
}
