import type { D1 } from "./d1.ts";
import type { DurableObject, DurableObjectClass } from "./durable-object.ts";
import type { Kv } from "./kv.ts";
import type { Named } from "./named.ts";
import type { Consume, Queue } from "./queue.ts";
import type { R2 } from "./r2.ts";
import type { Service } from "./service.ts";
import type { Ai, Json, PerStage, Secret, StageName, VersionMetadata } from "./values.ts";
import type { Vectorize } from "./vectorize.ts";

/** What a worker can find in its `env`. A plain text is a variable that anyone with access to the account can read. */
export type Binding =
  | D1
  | R2
  | Kv
  | Vectorize
  | Queue
  | Service
  | DurableObject
  | Ai
  | Secret
  | VersionMetadata
  | StageName
  | PerStage
  | Json
  | string;

/** A URL pattern of a zone, answered by the worker. */
export interface Route {
  readonly pattern: string;
  readonly zoneId: string;
}

/** A Worker. */
export interface Worker<Env extends Readonly<Record<string, Binding>> = Readonly<Record<string, Binding>>>
  extends Named {
  readonly kind: "worker";
  /** Its entry module, from the project's root. */
  readonly main: string;
  /** Name in the code → what is bound. */
  readonly env: Env;
  /** Which behaviour of the runtime the code was written against: `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Queues it takes messages from. */
  readonly consumes: readonly Consume[];
  /** Cron expressions, UTC; undefined for a worker that never had any. */
  readonly crons?: readonly string[];
  /** URL patterns it answers, by stage. */
  readonly routes: Readonly<Record<string, readonly Route[]>>;
  /** Classes of Durable Objects it has. A worker with any holds data. */
  readonly durableObjects: Readonly<Record<string, DurableObjectClass>>;
  /** Folder of static files, from the project's root. */
  readonly assets?: string;
  /** Whether it answers at its `workers.dev` address. */
  readonly workersDev: boolean;
  /** Path that has to answer 2xx after a deployment, such as `/health`; asked where `lockstep:smoke` is on. */
  readonly smoke?: string;
}

/** A worker's settings as they are written; everything but `main` and the date has a default. */
export interface WorkerOptions<Env extends Readonly<Record<string, Binding>>> {
  readonly main: string;
  readonly compatibilityDate: string;
  readonly env?: Env;
  readonly compatibilityFlags?: readonly string[];
  readonly consumes?: readonly Consume[];
  /** Cron expressions, UTC. To end the last ones write `[]`: left out, they would run on, which is refused. */
  readonly crons?: readonly string[];
  readonly routes?: Readonly<Record<string, readonly Route[]>>;
  readonly durableObjects?: Readonly<Record<string, DurableObjectClass>>;
  readonly assets?: string;
  /** @default true */
  readonly workersDev?: boolean;
  readonly physicalName?: string;
  readonly smoke?: string;
}

/** Declares a worker. */
export function worker<const Env extends Readonly<Record<string, Binding>>>(
  name: string,
  options: WorkerOptions<Env> & { readonly env: Env },
): Worker<Env>;
export function worker(
  name: string,
  options: WorkerOptions<Record<string, never>>,
): Worker<Record<string, never>>;
export function worker(name: string, options: WorkerOptions<Readonly<Record<string, Binding>>>): Worker {
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
  };
}
