import type { Named, Shareable } from "./named.ts";

/** An R2 bucket. */
export interface R2 extends Named, Shareable {
  readonly kind: "r2";
  /** Where the objects must stay. Cannot change later. */
  readonly jurisdiction?: "eu" | "fedramp";
  /** Class of new objects. @default "Standard" */
  readonly storageClass?: "Standard" | "InfrequentAccess";
}

/** Declares an R2 bucket. */
export const r2 = (name: string, options: Omit<R2, "kind" | "name"> = {}): R2 => ({
  kind: "r2",
  name,
  ...options,
});
