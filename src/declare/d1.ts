import type { Named } from "./named.ts";

/** A D1 database. */
export interface D1 extends Named {
  readonly kind: "d1";
  /** The folder of its migration files, from the project's root, such as `migrations/dome/meta`. @default - no migrations */
  readonly migrations?: string;
  /** Ids of databases that already exist, by stage: they are taken over instead of created. */
  readonly adopt?: Readonly<Record<string, string>>;
  /** Copies of the data near its readers. @default "disabled" */
  readonly readReplication?: "auto" | "disabled";
  /** Where the data must stay. Cannot change later. */
  readonly jurisdiction?: "eu" | "fedramp";
  /** Where the database should be. Cannot change later. */
  readonly primaryLocationHint?: "wnam" | "enam" | "weur" | "eeur" | "apac" | "oc";
}

/** Declares a D1 database. */
export const d1 = (name: string, options: Omit<D1, "kind" | "name"> = {}): D1 => ({
  kind: "d1",
  name,
  ...options,
});
