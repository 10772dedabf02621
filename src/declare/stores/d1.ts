import { declaredHere } from "../declared-at.ts";
import type { Named } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";
import type { CopyRules } from "./copy-rules.ts";

/**
 * A D1 database. In a protected stage it is neither deleted nor replaced.
 *
 * @example
 * const notes: D1 = d1("notes", { migrations: "migrations/notes/notes" });
 */
export interface D1 extends Named {
  readonly kind: "d1";
  /** The folder of its migration files, from the project's root, such as `migrations/notes/notes`. @default - no migrations */
  readonly migrations?: string;
  /**
   * Ids of databases that exist already, by stage: one that the account has is taken over with its rows, on both targets.
   * Where it has none of this id a new one is created, and that is said. @default - created
   */
  readonly adopt?: Readonly<Record<string, string>>;
  /** Copies of the data near its readers. @default "disabled" */
  readonly readReplication?: "auto" | "disabled";
  /** Where the data must stay. Cannot change later. @default - anywhere */
  readonly jurisdiction?: "eu" | "fedramp" | "us";
  /** Where the database should be. Cannot change later. @default - near whoever creates it */
  readonly primaryLocationHint?: "wnam" | "enam" | "weur" | "eeur" | "apac" | "oc";
  /** What of its rows another stage may get, by table and column: for `db copy`. @default - nothing is copied */
  readonly copy?: CopyRules;
}

const shapes: Shapes<D1> = {
  ...named,
  adopt: ["group"],
  migrations: ["text"],
  readReplication: ["text"],
  jurisdiction: ["text"],
  primaryLocationHint: ["text"],
  copy: ["group"],
};

/**
 * Declares a D1 database. Its migrations are applied before the code that binds it; a folder that does not exist is refused.
 *
 * @example
 * const notes = d1("notes", { migrations: "migrations/notes/notes", jurisdiction: "eu" });
 */
export const d1 = (name: string, options: Omit<D1, "kind" | "name"> = {}): D1 =>
  declaredHere(
    shaped(shapes, {
      kind: "d1",
      name,
      ...options,
    }),
  );
