import type { Assets } from "./assets.ts";
import type { DurableObjectClass } from "./durable-object.ts";
import type { Binding } from "./kinds/kinds.ts";
import type { Named } from "./named.ts";
import type { Consume } from "./queue.ts";

/**
 * A URL pattern of a zone, answered by the worker.
 *
 * @example
 * worker("api", { ...settings, routes: { prod: [{ pattern: "api.example.com/*", zoneId: "023e105f4ecef8ad9ca31a8372d0c353" }] } });
 */
export interface Route {
  /** Host and path, with `*`: `example.com/api/*`. */
  readonly pattern: string;
  /** Id of the zone at Cloudflare, 32 hexadecimal digits. */
  readonly zoneId: string;
}

/**
 * A Worker.
 *
 * @example
 * const api: Worker = worker("api", { main: "workers/notes/api/index.ts", compatibilityDate: "2026-06-01" });
 */
export interface Worker<Env extends Readonly<Record<string, Binding>> = Readonly<Record<string, Binding>>>
  extends Named {
  readonly kind: "worker";
  /** Its entry module, from the project's root. @default - none: it has assets alone */
  readonly main?: string;
  /** Name in the code → what is bound. */
  readonly env: Env;
  /** Which behaviour of the runtime the code was written against: `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  /** Flags of the runtime, such as `nodejs_compat`. */
  readonly compatibilityFlags: readonly string[];
  /** Queues it takes messages from. */
  readonly consumes: readonly Consume[];
  /** Cron expressions, UTC; undefined for a worker that never had any. @default - never had any */
  readonly crons?: readonly string[];
  /** URL patterns it answers, by stage. */
  readonly routes: Readonly<Record<string, readonly Route[]>>;
  /** Classes of Durable Objects it has. A worker with any holds data. */
  readonly durableObjects: Readonly<Record<string, DurableObjectClass>>;
  /** Static files. @default - none */
  readonly assets?: Assets;
  /** Whether it answers at its `workers.dev` address. */
  readonly workersDev: boolean;
  /** Path that has to answer 2xx after a deployment, such as `/health`; asked where `lockstep:smoke` is on. @default - not asked */
  readonly smoke?: string;
}

/**
 * A worker's settings as they are written; everything but `main` and the date has a default.
 *
 * @example
 * const settings = { main: "workers/notes/api/index.ts", compatibilityDate: "2026-06-01" } satisfies WorkerOptions<Record<string, never>>;
 */
export interface WorkerOptions<Env extends Readonly<Record<string, Binding>>> {
  /** Its entry module, from the project's root, such as `workers/notes/api/index.ts`. */
  readonly main: string;
  /** Which behaviour of the runtime the code was written against: `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  /** Name in the code → what is bound. @default - nothing */
  readonly env?: Env;
  /** Flags of the runtime, such as `nodejs_compat`. @default - none */
  readonly compatibilityFlags?: readonly string[];
  /** Queues it takes messages from. @default - none */
  readonly consumes?: readonly Consume[];
  /** Cron expressions, UTC. To end the last ones write `[]`: left out, they would run on, which is refused. @default - never had any */
  readonly crons?: readonly string[];
  /** URL patterns it answers, by stage. @default - none */
  readonly routes?: Readonly<Record<string, readonly Route[]>>;
  /** Classes of Durable Objects it has, by name. A worker with any holds data. @default - none */
  readonly durableObjects?: Readonly<Record<string, DurableObjectClass>>;
  /** Static files: their folder, from the project's root, or the folder with settings. @default - none */
  readonly assets?: string | Assets;
  /** Whether it answers at its `workers.dev` address. @default true */
  readonly workersDev?: boolean;
  /** Template of its name at Cloudflare: `{name}`, `{stage}` (the stage's name) and `{-stage}` (its suffix). @default - `{name}{-stage}` */
  readonly physicalName?: string;
  /** Path that has to answer 2xx after a deployment, such as `/health`; asked where `lockstep:smoke` is on. @default - not asked */
  readonly smoke?: string;
}

/**
 * Settings of a worker that has static files and no code: everything that only code could use is missing.
 *
 * @example
 * const site = { assets: "web/dist", compatibilityDate: "2026-06-01" } satisfies SiteOptions;
 */
export interface SiteOptions
  extends Pick<
    WorkerOptions<Record<string, never>>,
    "compatibilityDate" | "compatibilityFlags" | "routes" | "workersDev" | "physicalName" | "smoke"
  > {
  /** Static files: their folder, from the project's root, or the folder with settings. */
  readonly assets: string | Assets;
}

/**
 * Declares a worker. Its code is bundled from `main`; each deployment of it is an immutable version.
 *
 * A module that is not there, a date that is none, a cron expression or a name that Cloudflare would refuse: all of them are
 * refused in the preview, before anything is changed.
 *
 * @example
 * const api = worker("api", {
 *   main: "workers/notes/api/index.ts",
 *   compatibilityDate: "2026-06-01",
 *   env: { DB: notes, LEVEL: "info" },
 *   crons: ["0 3 * * *"],
 *   smoke: "/health",
 * });
 *
 * @example
 * const site = worker("site", { assets: "web/dist", compatibilityDate: "2026-06-01" }); // files alone, no code
 */
export function worker<const Env extends Readonly<Record<string, Binding>>>(
  name: string,
  options: WorkerOptions<Env> & { readonly env: Env },
): Worker<Env>;
export function worker(
  name: string,
  options: WorkerOptions<Record<string, never>>,
): Worker<Record<string, never>>;
export function worker(name: string, options: SiteOptions): Worker<Record<string, never>>;
export function worker(
  name: string,
  {
    assets,
    ...options
  }: Partial<WorkerOptions<Readonly<Record<string, Binding>>>> & Pick<Worker, "compatibilityDate">,
): Worker {
  return {
    kind: "worker",
    name,
    env: {},
    compatibilityFlags: [],
    consumes: [],
    routes: {},
    durableObjects: {},
    workersDev: true,
    ...options,
    ...(assets !== undefined && { assets: typeof assets === "string" ? { directory: assets } : assets }),
  };
}
