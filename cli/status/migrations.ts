import { resolve } from "node:path";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { planLive } from "../../src/migrations/plan/job.ts";
import type { PlannedFile } from "../../src/migrations/plan/plan.ts";
import type { Asked } from "./asking.ts";

/** A database with migrations, as the stack has it. */
export interface MigratedDatabase {
  /** `shop/orders`. */
  readonly label: string;
  readonly databaseId: string;
  /** From the project's root. */
  readonly folder: string;
}

/** How the files of one database stand to it. Names of files. */
export interface MigrationsStatus {
  readonly name: string;
  /** The next `up` carries them out. */
  readonly pending: readonly string[];
  /** Contract files that somebody has to open. */
  readonly waiting: readonly string[];
  /** What an `up` would refuse: files outside the chain, edited ones, a schema that is another one. */
  readonly refused: readonly string[];
  /** Why nothing is known. */
  readonly unknown?: string;
}

export const migrationsStatus = (
  { api: connection, accountId }: Asked,
  databases: readonly MigratedDatabase[],
  root: string,
): Promise<readonly MigrationsStatus[]> =>
  Promise.all(
    databases.map(async ({ label: name, databaseId, folder }) => {
      const none = { name, pending: [], waiting: [], refused: [] };
      try {
        const place = { label: name, folder, directory: resolve(root, folder), opened: undefined };
        const plan = await planLive({ ...place, connection, accountId, databaseId });
        const named = (files: readonly PlannedFile[]) => files.map(({ file }) => file.name);
        return {
          name,
          pending: named(plan.expand),
          waiting: named([...plan.contract, ...plan.waiting]),
          refused: plan.refusals.map(({ what, got }) => `${what}: ${got.split("\n")[0] ?? ""}`),
        };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { ...none, unknown: error.diagnostic.what };
      }
    }),
  );
