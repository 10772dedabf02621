import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import { assertion, literal } from "../sql/literals.ts";

/** Writes the stage into the database, once; from then on the database itself knows what it is. */
export async function markStage(database: Database, stage: string): Promise<void> {
  const [, marked] = await rows(database, [
    `INSERT OR IGNORE INTO "_mig_meta"(k, v) VALUES (${literal(stageKey)}, ${literal(stage)})`,
    `SELECT v FROM "_mig_meta" WHERE k = ${literal(stageKey)}`,
  ]);
  const is = marked?.[0]?.["v"];
  if (is !== stage) throw new UserError(otherStage(database.label, String(is), stage));
}

/** @param marked the stage that the database is marked for */
export const otherStage = (label: string, marked: string, stage: string): Diagnostic => ({
  what: "This database belongs to another stage",
  where: label,
  got: `it is marked as ${JSON.stringify(marked)}, this run is for ${JSON.stringify(stage)}`,
  expected: "one database a stage",
  fix: "check which database the stack's configuration names; nothing was changed",
});

/** Where the mark is kept, in `_mig_meta`. */
export const stageKey = "stage";

/** Fails the request unless the database is marked as one of these stages. */
export const stageGuard = (stages: readonly string[]): string =>
  assertion(
    `(SELECT v FROM "_mig_meta" WHERE k = ${literal(stageKey)}) IN (${stages.map(literal).join(", ")})`,
    `seeds run only in ${stages.join(" and ")}`,
  );
