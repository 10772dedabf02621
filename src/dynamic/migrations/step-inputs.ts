import { resolve } from "node:path";
import { z } from "zod";
import { changeApproval } from "../../approvals/approval.ts";
import { connection } from "../../cloudflare/connection.ts";
import { inOrder } from "../../migrations/files/names.ts";
import type { MigrationFile } from "../../migrations/files/reading.ts";
import type { Job } from "../../migrations/plan/job.ts";
import { openingShape } from "../../migrations/plan/opening.ts";

/** What a database's step of migrations is given. */
export const stepInputs = z.object({
  accountId: z.string(),
  databaseId: z.string(),
  label: z.string(),
  directory: z.string(),
  phase: z.enum(["expand", "contract"]),
  stage: z.string(),
  /** Physical names of the workers that bind the database. */
  workers: z.array(z.string()).default([]),
  /** The version that this program lets answer all requests of each of them; unknown while it is yet to be made, none while a rollout shares them out. */
  versions: z.record(z.string(), z.string()).default({}),
  opening: openingShape.optional(),
  /** Of the database, in a protected stage; undefined in the others: there none is needed. */
  approvals: z.array(changeApproval).optional(),
  files: z.record(z.string(), z.string()).default({}),
});
export type MigrationsInputs = z.infer<typeof stepInputs>;

/** The folder that the step migrates by, and how far contract files of it may run. */
export const folderOf = (
  given: MigrationsInputs,
): Pick<Job, "label" | "folder" | "directory" | "opened"> => ({
  label: given.label,
  folder: given.directory,
  directory: resolve(given.directory),
  opened: isOpen(given) ? given.opening : undefined,
});

/**
 * A contract never runs in the up that brings new code: it is open for the versions it was opened for, and for no other.
 * A version that a preview cannot know yet is another one, so preview and up decide alike.
 */
const isOpen = ({ phase, opening, workers, versions }: MigrationsInputs): boolean =>
  phase === "contract" &&
  opening !== undefined &&
  workers.every(
    (worker) => opening.versions[worker] !== undefined && opening.versions[worker] === versions[worker],
  );

/** The step's database, at the address of this moment. */
export const jobOf = (given: MigrationsInputs): Job => ({
  ...folderOf(given),
  connection: connection(process.env, process.cwd()),
  accountId: given.accountId,
  databaseId: given.databaseId,
});

/** The files that concern this phase. */
export function concerned(given: MigrationsInputs, read: readonly MigrationFile[]): readonly MigrationFile[] {
  const through = folderOf(given).opened?.through;
  return read.filter(
    (file) =>
      given.phase === "expand" ||
      (file.phase === "contract" && through !== undefined && inOrder(file.name, through) <= 0),
  );
}

/** The files whose being new is a change of this resource, in order. Contract files wait for their own. */
export const ownFiles = ({ files, phase }: MigrationsInputs): readonly (readonly [string, string])[] =>
  Object.entries(files)
    .filter(([, line]) => phase === "contract" || !isContract(line))
    .sort(([a], [b]) => inOrder(a, b));

const isContract = (line: string): boolean => / contract, \d/.test(line);
