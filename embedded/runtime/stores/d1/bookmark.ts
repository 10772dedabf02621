import { createHash, randomBytes } from "node:crypto";

/** The database as it was before anything was written. */
export const emptyBookmark = (databaseId: string): string =>
  `00000000-00000000-00000000-${createHash("md5").update(databaseId).digest("hex")}`;

let lastMs = 0;
let sequence = 0;

/** Cloudflare's shape, four groups of hexadecimal digits; later ones sort after earlier ones. */
export function newBookmark(nowMs: number = Date.now()): string {
  sequence = nowMs <= lastMs ? sequence + 1 : 0;
  lastMs = Math.max(lastMs, nowMs); // a clock that goes back must not unsort them
  const hex = (value: number): string => value.toString(16).padStart(8, "0");
  return `${hex(Math.floor(lastMs / 1000))}-${hex((lastMs % 1000) * 0x10000 + sequence)}-${hex(0)}-${randomBytes(16).toString("hex")}`;
}

/** As strict as Cloudflare: nothing else is looked up, so nothing else can name a file. */
export const isBookmark = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/.test(text);
