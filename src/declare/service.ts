import type { Worker } from "./worker.ts";

/** Another worker, called directly. */
export interface Service {
  readonly kind: "service";
  readonly target: () => Worker;
  /** The named entrypoint class. @default - the worker's default export */
  readonly entrypoint?: string;
}

/**
 * Binds another worker. Where two workers bind each other, the first names the second by a function whose type is written out
 * (TypeScript cannot infer two constants from each other): `service((): Worker => later)`.
 */
export const service = (target: Worker | (() => Worker), entrypoint?: string): Service => ({
  kind: "service",
  target: typeof target === "function" ? target : () => target,
  ...(entrypoint !== undefined && { entrypoint }),
});
