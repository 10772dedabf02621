import type { Connection } from "../../cloudflare/connection.ts";
import { type Database, rows } from "../database/database.ts";
import type { D1Endpoint } from "../database/endpoint.ts";
import { type DatabaseSnapshot, readSnapshot } from "../database/snapshot.ts";
import { queryDatabase } from "../database/transports.ts";
import { readChain } from "../files/chain.ts";
import { type MigrationFile, readFolder } from "../files/reading.ts";
import type { Opened } from "./opening.ts";
import { draftPlan, offlinePlan, type Plan, type PlanInput } from "./plan.ts";

/** One database and the folder that makes it. */
export interface Job {
  /** `dome/silo`. */
  readonly label: string;
  /** From the project's root: `migrations/dome/silo`. */
  readonly folder: string;
  /** The same, absolute. */
  readonly directory: string;
  /** Which contract files are open, with their content; undefined: none is. */
  readonly opened: Opened | undefined;
  /** The folder's files, when they were read already. @default - they are read */
  readonly read?: readonly MigrationFile[];
  readonly connection: Connection;
  readonly accountId: string;
  readonly databaseId: string;
}

export const endpointOf = ({ connection, accountId, databaseId }: Job): D1Endpoint => ({
  baseUrl: connection.baseUrl,
  token: connection.token,
  accountId,
  databaseId,
});

export const databaseOf = (job: Job): Database => queryDatabase(endpointOf(job), job.label);

type Folder = Pick<Job, "label" | "folder" | "directory" | "opened" | "read">;

/**
 * Plans against the live database, read-only: one request, and a second one when rules have questions.
 * @param known what was read of it already @default - it is read
 */
export async function planLive(
  job: Job,
  database: Database = databaseOf(job),
  known?: DatabaseSnapshot,
): Promise<Plan> {
  const draft = draftPlan({ ...folderInput(job), database: known ?? (await readSnapshot(database)) });
  return draft.close(await answers(database, draft.questions));
}

/** Plans for a database that does not exist yet. */
export const planNew = (job: Folder): Plan => offlinePlan({ ...folderInput(job), database: undefined });

function folderInput({ label, folder, directory, opened, read }: Folder): Omit<PlanInput, "database"> {
  return { label, folder, files: read ?? readFolder(directory), chain: readChain(directory), opened };
}

async function answers(database: Database, questions: readonly string[]): Promise<readonly unknown[]> {
  if (questions.length === 0) return [];
  return (await rows(database, questions)).map(([row]) =>
    row === undefined ? undefined : Object.values(row)[0],
  );
}
