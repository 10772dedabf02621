import type { D1 } from "./d1.ts";
import type { Kv } from "./kv.ts";
import type { Queue } from "./queue.ts";
import type { R2 } from "./r2.ts";
import type { Vectorize } from "./vectorize.ts";
import type { Worker } from "./worker.ts";

/** What holds data. */
export type Store = D1 | R2 | Kv | Vectorize | Queue;

/** A resource of its own, as opposed to a value that is only bound. */
export type Resource = Store | Worker;

/** Databases, stores and workers that are deployed together. */
export interface System {
  readonly name: string;
  /** The stages it exists in. @default - all */
  readonly stages?: readonly string[];
  readonly resources: readonly Resource[];
}

/** Declares a system. Every resource that a worker uses must be listed, and every listed one must be used. */
export const system = (
  name: string,
  resources: readonly Resource[],
  options: { readonly stages?: readonly string[] } = {},
): System => ({
  name,
  resources,
  ...options,
});
