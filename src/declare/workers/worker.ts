import { refuse } from "../../diagnostic/user-error.ts";
import { declaredHere } from "../declared-at.ts";
import type { Binding } from "../kinds/kinds.ts";
import type { Named } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";
import type { Consume } from "../stores/queue.ts";
import { type Assets, type AssetsBinding, assets } from "./assets.ts";
import { unbound } from "./bound.ts";
import type { DurableObjectClass } from "./durable-object.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/**
 * A URL pattern of a zone, answered by the worker. The zone is said by its name, or by its id at Cloudflare, 32 hexadecimal
 * digits. One that the account does not have is refused in the preview.
 *
 * @example
 * worker("api", { ...settings, routes: { prod: [{ pattern: "example.com/api/*", zoneName: "example.com" }] } });
 */
export type Route = RouteOfZoneName | RouteOfZoneId;

interface Pattern {
  /** Host and path, with `*` at the beginning of the one and the end of the other: `*.example.com/api/*`. */
  readonly pattern: string;
}
interface RouteOfZoneName extends Pattern {
  /** Name of the zone, which the account has: `example.com`. */
  readonly zoneName: string;
}
interface RouteOfZoneId extends Pattern {
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
  extends Named,
    WorkerSettings {
  readonly kind: "worker";
  /** Its entry module, from the project's root. @default - none: it has assets alone */
  readonly main?: string;
  /** Name in the code → what is bound. */
  readonly env: Env;
  /** Variables in plain text that the policy pack may not take for secrets: name in `env` → why it is none. @default - none */
  readonly notSecret?: Readonly<Record<string, string>>;
  /** Which behaviour of the runtime the code was written against: `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  /** Flags of the runtime, such as `nodejs_compat`. */
  readonly compatibilityFlags: readonly string[];
  /** Queues it takes messages from. */
  readonly consumes: readonly Consume[];
  /** Cron expressions, UTC; undefined for a worker that never had any. @default - never had any */
  readonly crons?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** Hosts that are its own, by stage. */
  readonly domains: Readonly<Record<string, readonly string[]>>;
  /** URL patterns it answers, by stage. */
  readonly routes: Readonly<Record<string, readonly Route[]>>;
  /** Classes of Durable Objects it has. A worker with any holds data. */
  readonly durableObjects: Readonly<Record<string, DurableObjectClass>>;
  /** Static files. @default - none */
  readonly assets?: Assets;
  /** Of a worker that is a Pages project: its folders, in place of `main` and `assets`. @default - none */
  readonly pages?: Pages;
  /** Workers of the system that get its logs and exceptions, after each invocation, in their `tail` handler; on a real account alone. @default - none */
  readonly tailConsumers?: readonly Worker[];
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
export interface WorkerOptions<Env extends Readonly<Record<string, Binding>>> extends WorkerSettings {
  /** Its entry module, from the project's root, such as `workers/notes/api/index.ts`. */
  readonly main: string;
  /** Which behaviour of the runtime the code was written against: `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  /** Name in the code → what is bound. @default - nothing */
  readonly env?: Env;
  /**
   * Variables in plain text that the policy pack may not take for secrets: name in `env` → why it is none, such as
   * `{ MAP_KEY: "of the browser, and limited to our domain" }`. @default - none
   */
  readonly notSecret?: Readonly<Record<string, string>>;
  /** Flags of the runtime, such as `nodejs_compat`. @default - none */
  readonly compatibilityFlags?: readonly string[];
  /** Queues it takes messages from. @default - none */
  readonly consumes?: readonly Consume[];
  /**
   * Cron expressions, UTC; or by stage, where a stage that is not named has none. To end the last ones write `[]`: left out, they
   * would run on, which is refused. @default - never had any
   */
  readonly crons?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /**
   * Hosts that are its own, by stage, such as `{ prod: ["api.example.com"] }`: Cloudflare makes their DNS records and
   * certificates. A host that is in no zone of the account is refused in the preview. @default - none
   */
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  /** URL patterns it answers, by stage. @default - none */
  readonly routes?: Readonly<Record<string, readonly Route[]>>;
  /** Classes of Durable Objects it has, by name. A worker with any holds data. @default - none */
  readonly durableObjects?: Readonly<Record<string, DurableObjectClass>>;
  /** Static files: their folder, from the project's root, or the folder with settings. @default - none */
  readonly assets?: string | Assets;
  /** Takes the place of `main` and `assets`, see {@link PagesOptions}. @default - not a Pages project */
  readonly pages?: never;
  /** Workers of the system that get its logs and exceptions, after each invocation, in their `tail` handler; on a real account alone. @default - none */
  readonly tailConsumers?: readonly Worker[];
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
    | "compatibilityDate"
    | "compatibilityFlags"
    | "domains"
    | "routes"
    | "workersDev"
    | "physicalName"
    | "smoke"
    | "observability"
    | "logpush"
    | "previewUrls"
  > {
  /** Static files: their folder, from the project's root, or the folder with settings. */
  readonly assets: string | Assets;
  /** Takes the place of `assets`, see {@link PagesOptions}. @default - not a Pages project */
  readonly pages?: never;
}

/**
 * The folders of a Pages project, whose functions and static files become one worker. The functions find the static files as
 * `env.ASSETS`, and are asked for the paths that `_routes.json` in `output` names, without one for those that they have.
 *
 * @example
 * const pages: Pages = { functions: "workers/notes/functions", output: "workers/notes/public" };
 */
export interface Pages {
  /** Folder of the functions, one file a route, from the project's root. */
  readonly functions: string;
  /** Folder of static files, as the project's build leaves it. A `_worker.js` in it takes the place of the functions. */
  readonly output: string;
  /**
   * Module with what Pages Functions cannot have: its default export holds the worker's other handlers (`scheduled`, `queue` …, but
   * no `fetch`), its other exports are classes. @default - none
   */
  readonly handlers?: string;
}

/**
 * Settings of a worker that is a Pages project: its folders in place of `main` and `assets`, everything else as for any worker.
 *
 * @example
 * const settings = {
 *   pages: { functions: "workers/notes/functions", output: "workers/notes/public" },
 *   compatibilityDate: "2026-06-01",
 *   env: {},
 * } satisfies PagesOptions<Record<string, never>>;
 */
export interface PagesOptions<Env extends Readonly<Record<string, Binding>>>
  extends Omit<WorkerOptions<Env>, "main" | "assets" | "pages"> {
  /** Its folders, compiled as `wrangler pages functions build` does. */
  readonly pages: Pages;
  /** Never beside `pages`: what is no function of them is a module of `handlers`. @default - never */
  readonly main?: never;
  /** Never beside `pages`, whose `output` they are. @default - never */
  readonly assets?: never;
  /** Name in the code → what is bound, besides `ASSETS`. */
  readonly env: Env;
}

const shapes: Shapes<Worker> = {
  ...named,
  main: ["text"],
  env: ["group"],
  notSecret: ["group"],
  compatibilityDate: ["text"],
  compatibilityFlags: ["list"],
  consumes: ["list"],
  crons: ["list", "group"],
  domains: ["group"],
  routes: ["group"],
  durableObjects: ["group"],
  assets: ["group"],
  pages: ["group"],
  tailConsumers: ["list"],
  workersDev: ["flag"],
  smoke: ["text"],
  observability: ["group"],
  logpush: ["flag"],
  placement: ["text", "group"],
  limits: ["group"],
  previewUrls: ["flag"],
};

/**
 * Declares a worker. Its code is bundled from `main`, or compiled from the folders of a Pages project; each deployment of it is an immutable version.
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
 *
 * @example
 * const app = worker("app", {
 *   pages: { functions: "workers/notes/functions", output: "workers/notes/public" },
 *   compatibilityDate: "2026-06-01",
 *   env: { DB: notes }, // and ASSETS: the static files
 * });
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
export function worker<const Env extends Readonly<Record<string, Binding>>>(
  name: string,
  options: PagesOptions<Env>,
): Worker<Env & { readonly ASSETS: AssetsBinding }>;
export function worker(
  name: string,
  {
    assets: files,
    ...options
  }: Partial<Omit<WorkerOptions<Readonly<Record<string, Binding>>>, "pages">> &
    Pick<Worker, "compatibilityDate" | "pages">,
): Worker {
  const declared: Worker = shaped(shapes, {
    kind: "worker",
    name,
    env: {},
    compatibilityFlags: [],
    consumes: [],
    domains: {},
    routes: {},
    durableObjects: {},
    workersDev: true,
    ...options,
    ...(files !== undefined && { assets: typeof files === "string" ? { directory: files } : files }),
    ...(options.pages !== undefined && { env: { ...options.env, ASSETS: assets() } }),
  });
  refuse(unbound(name, declared.env ?? {}, declared.consumes ?? []));
  return declaredHere(declared);
}
