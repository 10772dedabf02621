import type { Worker } from "./worker.ts";

/**
 * Another worker, called directly, without going through the network.
 *
 * @example
 * const silo: Service<Notes> = service<Notes>(siloWorker, "Notes");
 */
export interface Service<Entrypoint = unknown> {
  readonly kind: "service";
  /** The worker that is called. */
  readonly target: () => Worker;
  /** The named entrypoint class. @default - the worker's default export */
  readonly entrypoint?: string;
  /** Never set: carries the type of what is called to `EnvOf`. @default - never set */
  readonly callee?: Entrypoint;
}

/**
 * Binds another worker of the system, which is deployed first. `service<Notes>` gives the type of what is called: the class
 * that the callee exports, or an interface that this class implements; without it only `fetch` is known to be there.
 *
 * Where two workers bind each other, the first names the second by a function whose type is written out, as TypeScript cannot
 * infer two constants from each other; and so does a worker that binds itself, to call an entrypoint of its own.
 *
 * @example
 * import type { Notes } from "../workers/notes/silo/notes.ts"; // export interface Notes { get(id: string): Promise<Note> }
 *
 * const api = worker("api", {
 *   main: "workers/notes/api/index.ts",
 *   compatibilityDate: "2026-06-01",
 *   env: { SILO: service<Notes>(silo, "Notes") }, // await env.SILO.get(id)
 * });
 *
 * @example
 * const first = worker("first", { ...settings, env: { SECOND: service((): Worker => second) } });
 * const second = worker("second", { ...settings, env: { FIRST: service(first) } });
 */
export const service = <Entrypoint = unknown>(
  target: Worker | (() => Worker),
  entrypoint?: string,
): Service<Entrypoint> => ({
  kind: "service",
  target: typeof target === "function" ? target : () => target,
  ...(entrypoint !== undefined && { entrypoint }),
});
