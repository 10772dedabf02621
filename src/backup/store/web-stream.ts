import type { Readable } from "node:stream";

/** Node's stream as the one of the web, without its buffer in between. */
export function webOf(stream: Readable): ReadableStream<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else if (value instanceof Uint8Array) controller.enqueue(value);
        else throw new Error("a stream of bytes gave something else");
      },
      async cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
