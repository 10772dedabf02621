import { z } from "zod";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import { type DatabaseSnapshot, readSnapshot } from "../database/snapshot.ts";
import { chainOf } from "../files/chain.ts";
import { inOrder } from "../files/names.ts";
import { type MigrationFile, readFolder } from "../files/reading.ts";
import { databaseOf, type Job } from "../plan/job.ts";
import { replay } from "../plan/replayed.ts";
import { countedApplied } from "../plan/squashed-past.ts";
import { locked } from "../protocol/locked.ts";
import { differenceLine, differences } from "../shadow/differences.ts";
import { assertion, literal } from "../sql/literals.ts";
import { driftAccepted } from "./accept-drift.ts";
import { audit, type Decision, ledgerGuard, noFile, nothing } from "./decision.ts";
import { reorder } from "./ledger-rows.ts";

/**
 * Takes an edited file, or the order in which files were applied, as it is. What is taken is the content of this moment: its
 * checksum is recorded. An edit after which the files make another schema than the live one is refused.
 * @returns why the schema could not be compared; undefined where it was
 */
export async function acceptFile(job: Job, name: string, decision: Decision): Promise<string | undefined> {
  const database = databaseOf(job);
  const files = readFolder(job.directory);
  const file = files.find((each) => each.name === name);
  if (file === undefined) throw noFile(job, name, files);
  const snapshot = await readSnapshot(database);
  const entry = snapshot.log.find((each) => each.name === name);
  if (entry === undefined || !snapshot.ledger.includes(name))
    throw nothing(
      job,
      `${name} is not applied`,
      "a file that is applied, and was edited or applied out of order",
    );
  const edited = entry.checksum.replace(/^adopted:/, "") !== file.checksum;
  const sorted = snapshot.ledger.toSorted(inOrder);
  const swapped = sorted.some((each, i) => each !== snapshot.ledger[i]);
  if (!edited && !swapped)
    throw nothing(job, `${name} is as it was applied`, "a file that was edited or applied out of order");
  const applied = countedApplied(files, snapshot.ledger);
  const uncompared = edited ? await otherSchema(job, database, file, applied, snapshot) : undefined;
  const chain = chainOf(files)[files.indexOf(file)] ?? "";
  await locked(database, decision.actor, (fence) => [
    fence,
    ledgerGuard(snapshot.ledger),
    assertion(
      `(SELECT checksum FROM "_mig_log" WHERE name = ${literal(name)}) = ${literal(entry.checksum)}`,
      `somebody else has accepted ${name} meanwhile`,
    ),
    ...(edited
      ? [
          `UPDATE "_mig_log" SET checksum = ${literal(file.checksum)}, chain = ${literal(chain)} WHERE name = ${literal(name)}`,
        ]
      : []),
    ...(swapped ? reorder(sorted) : []),
    audit(
      "accept",
      name,
      decision,
      edited ? `${entry.checksum} → ${file.checksum}` : snapshot.ledger.join(" "),
    ),
  ]);
  return uncompared;
}

/** Refuses a file with which the applied files make another schema than the live one, but for differences that were accepted before. */
async function otherSchema(
  job: Job,
  database: Database,
  edited: MigrationFile,
  applied: readonly MigrationFile[],
  live: DatabaseSnapshot,
): Promise<string | undefined> {
  const undo = sentence`undo the edit, and write what is to be different into a new file: ${command("db new", { database: job.label })}`;
  const made = replay(applied);
  if (made.kind === "failed" && made.file !== edited)
    return `${made.file.name}:${made.line} fails on an empty database (${made.message})`;
  if (made.kind === "failed")
    throw new UserError({
      what: `${edited.name} does not run as it is now`,
      where: `${edited.path}:${made.line}`,
      got: made.message,
      expected: "an edit that changes nothing that runs, such as a comment",
      fix: undo,
    });
  const accepted = new Set(await acceptedDrift(database, live));
  const other = differences(made.schema, live.schema).filter(
    (difference) => !accepted.has(differenceLine(difference)),
  );
  if (other.length === 0) return undefined;
  throw new UserError({
    what: `With ${edited.name} as it is now, the files make another schema than the database has`,
    where: edited.path,
    got: other.map((difference) => `\n    ${differenceLine(difference)}`).join(""),
    expected: `an edit after which they make the live schema of ${job.label}`,
    fix: undo,
  });
}

/** The lines of every drift that somebody took as it was. */
async function acceptedDrift(database: Database, live: DatabaseSnapshot): Promise<readonly string[]> {
  if (live.log.length === 0) return [];
  const [taken] = await rows(database, [
    `SELECT detail FROM "_mig_audit" WHERE kind = ${literal(driftAccepted)}`,
  ]);
  return z
    .array(z.object({ detail: z.string() }))
    .parse(taken)
    .flatMap(({ detail }) => detail.split("\n"));
}
