import type { Place } from "./place.ts";

/** What a verb's module exports: does the work and gives the exit code. What it throws is said on standard error, and is 1. */
export interface VerbModule {
  readonly run: (args: readonly string[], place: Place) => Promise<number>;
}

/** One verb of the command `lockstep`. */
export interface Verb {
  /** `up [<stage>] [options]`, after `lockstep`. */
  readonly usage: string;
  readonly summary: string;
  /** Loaded only when the verb is used: most of them are half a second of modules. */
  readonly load: () => Promise<VerbModule>;
}
