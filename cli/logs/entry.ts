import type { Said } from "../tail/event.ts";

/** One line of a stage's logs: an invocation, or what it said. */
export interface Entry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `shop/api`. */
  readonly worker: string;
  readonly kind: "invocation" | "line";
  readonly level: Said["level"];
  /** With secrets in it masked. */
  readonly text: string;
  /** Of the worker; undefined where Cloudflare does not say. */
  readonly version: string | undefined;
}

/** Which entries are shown. */
export interface Wanted {
  readonly errors: boolean;
  /** Whatever its case. */
  readonly search: string | undefined;
}

export const isWanted = ({ level, text }: Entry, { errors, search }: Wanted): boolean =>
  (!errors || level === "error") &&
  (search === undefined || text.toLowerCase().includes(search.toLowerCase()));

/** As a machine reads it: an object a line. */
export const entryJson = ({ atMs, worker, kind, level, text, version }: Entry): string =>
  `${JSON.stringify({ at: new Date(atMs).toISOString(), worker, kind, level, text, version })}\n`;
