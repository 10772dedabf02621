import type { HolderKind } from "../../../src/cloudflare/contents/holder.ts";

/** What a change of a stage reaches, and what would be lost with it. Plain data: shown on a terminal, in a pull request, as JSON. No value of a secret is in it. */
export interface BlastRadius {
  readonly stage: string;
  /** How many resources are to be created, changed … by the engine's word: `{ create: 2, same: 38 }`. */
  readonly changes: Readonly<Record<string, number>>;
  /** What is there and goes, or is exchanged for another. New versions of workers, which take nothing away, are not among them. */
  readonly gone: readonly Gone[];
  /** What holds data and is touched. */
  readonly atStake: readonly AtStake[];
  /** How the stage stands with its backups, in a line. */
  readonly backups: string;
  /** What pending migrations do. */
  readonly migrations: readonly MigratedDatabase[];
}

/** A resource that is deleted or exchanged. */
export interface Gone {
  /** `shop/orders` */
  readonly resource: string;
  /** The last part of Pulumi's type: `D1Database`. */
  readonly type: string;
  readonly becomes: "deleted" | "replaced";
}

/** Something with data that a plan touches. */
export interface AtStake {
  /** `shop/orders`; of a class of Durable Objects `shop/rooms, Room`. */
  readonly store: string;
  readonly kind: HolderKind;
  readonly becomes: Becomes;
  readonly holds: Holds;
  readonly usedBy: readonly User[];
  /** When a restore of it was last proven, ISO 8601; null: never. @default - nothing of its kind can be */
  readonly proven?: string | null;
}

/** From the worst on. `replaced`: another, empty one takes its place. */
export type Becomes = "deleted" | "replaced" | "migrated" | "changed";

export interface Holds {
  /** What is counted: `rows`, `objects`. */
  readonly unit: string;
  /** Undefined where it could not be counted. */
  readonly count: number | undefined;
  /** Whether there may be more: counting ends where it would cost. */
  readonly atLeast: boolean;
  /** Why there is no count. @default - there is one */
  readonly why?: string;
}

/** A worker that uses a store, and what its binding or its statements let it do there. */
export interface User {
  /** `shop/api` */
  readonly worker: string;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** What pending files do to a database. */
export interface MigratedDatabase {
  readonly database: string;
  /** Whether it is made by this run: then there is nothing in it to lose. */
  readonly isNew: boolean;
  readonly files: readonly { readonly name: string; readonly phase: string }[];
  readonly tables: readonly MigratedTable[];
  /** What statements of the code cost from then on: rows read. A line each. */
  readonly costs: readonly string[];
  /** Why it will be refused, as far as that is known. */
  readonly refused: readonly string[];
}

/** What pending files do to one table, in their order. */
export interface MigratedTable {
  /** Empty for statements about none. */
  readonly table: string;
  readonly statements: readonly MigratingStatement[];
}

export interface MigratingStatement {
  /** `UPDATE notes` */
  readonly what: string;
  /** How many rows it reaches today. @default - it reaches none, or nobody asked */
  readonly rows?: number;
}
