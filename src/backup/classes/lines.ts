import { z } from "zod";

/** An object of a class, as a backup has it. */
export const heldObject = z.object({
  /** Which reading of the file it is: one that failed is read again. */
  at: z.number(),
  id: z.string(),
  bytes: z.number(),
  /** Of what it gave out, hexadecimal. */
  sha256: z.string(),
});
export type HeldObject = Readonly<z.infer<typeof heldObject>>;

/** Lines of a class's file: the parts of a reading, and behind them what came of it. */
const line = z.union([
  /** Base64. */
  z.strictObject({ at: z.number(), part: z.string() }),
  heldObject.strict(),
  z.strictObject({ at: z.number(), id: z.string(), error: z.string() }),
]);
export type Line = Readonly<z.infer<typeof line>>;

/** An object with its bytes, which are read or left before the next one is asked for. */
export interface ReadObject extends HeldObject {
  readonly content: AsyncIterable<Uint8Array>;
}

/** The objects in a class's file, each as its last reading has it. @param lines the file, from its beginning, as often as it is asked for */
export async function* objectsIn(lines: () => AsyncIterable<string>): AsyncGenerator<ReadObject> {
  const held = new Map<number, HeldObject>();
  for await (const text of lines()) {
    const read = line.parse(JSON.parse(text));
    if ("sha256" in read) held.set(read.at, read);
  }
  const iterator = lines()[Symbol.asyncIterator]();
  const next = async (): Promise<Line | undefined> => {
    const { done, value } = await iterator.next();
    return done === true ? undefined : line.parse(JSON.parse(value));
  };
  let now = await next();
  async function* partsOf(at: number): AsyncGenerator<Uint8Array> {
    while (now !== undefined && now.at === at && "part" in now) {
      yield Buffer.from(now.part, "base64");
      now = await next();
    }
  }
  try {
    while (now !== undefined) {
      const { at } = now;
      const object = held.get(at);
      if (object !== undefined) yield { ...object, content: partsOf(at) };
      while (now?.at === at) now = await next();
    }
  } finally {
    await iterator.return?.();
  }
}
