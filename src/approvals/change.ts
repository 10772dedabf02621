import { createHash } from "node:crypto";

/**
 * What would be done to one resource, as far as an approval of it depends on that. What changes from hour to hour, such as how many rows it
 * holds, is no part of it, and neither is any approval.
 */
export interface Change {
  /** The stage's name. */
  readonly stage: string;
  /** `<system>/<name>`, as it is declared. */
  readonly resource: string;
  /** What Cloudflare knows it by: another one in its place is another resource. */
  readonly identity: unknown;
  /** What is done: `messageRetentionSeconds`, `retire`, `migrate 0007_drop_email.sql`. */
  readonly operation: string;
  /** How it was, and how it would be, as JSON; null: nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

/** `sha256:<hex>` of a change: the same for the same change, whoever asks, and whatever the order of an object's keys. */
export function digestOfChange({ stage, resource, identity, operation, before, after }: Change): string {
  return canonicalDigest({ stage, resource, identity, operation, before, after });
}

/** JSON of a value, the same whatever the order of an object's keys; what is undefined is left out. */
export const canonicalText = (value: unknown): string => JSON.stringify(ordered(value));

/** `sha256:<hex>` of that text. */
export const canonicalDigest = (value: unknown): string =>
  `sha256:${createHash("sha256").update(canonicalText(value)).digest("hex")}`;

/** The same value with the keys of its objects in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, ordered(each)]),
  );
}
