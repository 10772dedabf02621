import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import { bootstrapStatements } from "../sql/ledger-tables.ts";
import { assertion, failedAssertion, literal } from "../sql/literals.ts";
import { markStage, stageGuard } from "./stage-mark.ts";

/** A repeatable file of test data. */
export interface SeedFile {
  readonly name: string;
  /** `sha256:<hex>`. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

/** Not configurable on purpose: no setting, however wrong, seeds production. */
const seededStages = ["dev", "staging"] as const;
/** Of a pull request: no stage that is declared has such a name. */
const ofPullRequest = /^pr-[1-9]\d{0,8}$/;

/**
 * Runs the seed files whose content is new to this database, each in one transaction. The stage is checked three times:
 * here, against the mark in the database, and by an assertion inside each transaction.
 * @returns the names of the files that ran
 */
export async function applySeeds(
  database: Database,
  stage: string,
  files: readonly SeedFile[],
): Promise<readonly string[]> {
  refuseUnseeded(stage);
  await rows(database, bootstrapStatements);
  await markStage(database, stage);
  const [known] = await rows(database, [`SELECT name, checksum FROM "_mig_seeds"`]);
  const seen = new Map((known ?? []).map((row) => [String(row["name"]), String(row["checksum"])]));
  const ran: string[] = [];
  for (const file of files) {
    if (seen.get(file.name) === file.checksum) continue;
    const outcome = await database.run([
      stageGuard([...seededStages, ...(ofPullRequest.test(stage) ? [stage] : [])]),
      ...file.statements,
      assertion("NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", "foreign keys are violated"),
      `INSERT INTO "_mig_seeds"(name, checksum) VALUES (${literal(file.name)}, ${literal(file.checksum)}) ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`,
    ]);
    if (outcome.kind !== "done")
      throw new UserError({
        what: `The seed file ${file.name} did not run`,
        where: database.label,
        got:
          outcome.kind === "refused"
            ? (failedAssertion(outcome.message) ?? outcome.message)
            : outcome.message,
        expected: "data that fits the schema the migrations make",
        fix: "correct the file and run again: seed files are repeatable, and those before it are kept",
      });
    ran.push(file.name);
  }
  return ran;
}

/** Whether test data may be written to a stage. */
export const isSeeded = (stage: string): boolean =>
  seededStages.some((seeded) => seeded === stage) || ofPullRequest.test(stage);

/** Throws for a stage that test data is never written to. */
export function refuseUnseeded(stage: string): void {
  if (isSeeded(stage)) return;
  throw new UserError({
    what: "Test data is never written to this stage",
    where: `stage ${stage}`,
    got: stage,
    expected: `a seeded stage (${seededStages.join(", ")}, or a pull request's)`,
    fix: "use a migration for data that production needs",
  });
}
