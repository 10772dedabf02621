import { randomBytes, timingSafeEqual } from "node:crypto";

/**
 * The header with the key of a port on 127.0.0.1. Whoever runs a program on this machine reaches the port, also code of a Worker
 * through `fetch`, and a page in a browser; they do not know the key. Workers get it put on by workerd, outside their code's reach.
 */
export const keyHeader = "x-lockstep-key";

/** A key for the life of this process. It is in no file. */
export const newDoorKey = (): string => randomBytes(24).toString("base64url");

/** Whether what was sent is the key; takes the same time for every wrong one. */
export function isDoorKey(sent: string | readonly string[] | undefined, key: string): boolean {
  const given = Buffer.from(typeof sent === "string" ? sent : "");
  const wanted = Buffer.from(key);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
