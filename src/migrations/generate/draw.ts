import { createHmac } from "node:crypto";

/**
 * A whole number from 0 to 2^48 - 1 that depends on the key and the words alone: the same every time, on every machine,
 * and of a value that is not told by what comes out unless one has the key.
 */
export const draw = (key: string, ...words: readonly string[]): number =>
  createHmac("sha256", key).update(JSON.stringify(words)).digest().readUIntBE(0, 6);

/** One of several, drawn. Throws for none. */
export function drawn<T>(from: readonly T[], number: number): T {
  const one = from[number % from.length];
  if (one === undefined) throw new Error("there is nothing to draw from");
  return one;
}
