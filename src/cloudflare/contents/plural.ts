import type { Contents } from "./holder.ts";

/** `1 row`, `3 rows`. @param units the plural, which ends with s */
export const unitOf = (count: number | undefined, units: string): string =>
  count === 1 ? units.replace(/s$/, "") : units;

/** The verb that goes with so many: `1 message is`, `0 messages are`, `1 key or more are`. */
export const beOf = ({ count, atLeast }: Contents): "is" | "are" => (count === 1 && !atLeast ? "is" : "are");
