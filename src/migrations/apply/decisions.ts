import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { refuse, UserError } from "../../diagnostic/user-error.ts";
import { type DatabaseSnapshot, readSnapshot } from "../database/snapshot.ts";
import { chainOf } from "../files/chain.ts";
import { inOrder } from "../files/names.ts";
import { type MigrationFile, readFolder } from "../files/reading.ts";
import { databaseOf, type Job } from "../plan/job.ts";
import type { Plan } from "../plan/plan.ts";
import { locked } from "../protocol/locked.ts";
import { differenceLine, fingerprint } from "../shadow/fingerprint.ts";
import { openShadow } from "../shadow/shadow.ts";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { assertion, inParts, literal } from "../sql/literals.ts";
import { type SchemaObject, schemaGuards } from "../sql/schema-guard.ts";
import { adoption } from "./adoption.ts";
import { reorder } from "./ledger-rows.ts";
import { tool } from "./tool.ts";

/** What a person decided, and why: it stays in the database's audit table. */
export interface Decision {
  readonly reason: string;
  readonly actor: string;
}

/** How far a live schema is along a folder's files. */
export interface Inference {
  /** Files whose replay gives exactly the live schema; undefined when none of the prefixes does. */
  readonly through: string | undefined;
  /** Files right behind that change no table: whether their data is there, only a person can say. */
  readonly dataOnly: readonly string[];
}

/** Replays the files on a shadow, and finds the longest prefix that gives the live schema. */
export function infer(files: readonly MigrationFile[], live: readonly SchemaObject[]): Inference {
  const wanted = fingerprint(live);
  const shadow = openShadow();
  try {
    let match: number | undefined = fingerprint([]) === wanted ? -1 : undefined;
    const same: number[] = [];
    for (const [i, file] of files.entries()) {
      for (const { sql } of file.statements) shadow.run(sql);
      shadow.endRequest();
      if (fingerprint(shadow.schema()) !== wanted) {
        if (match !== undefined) break;
        continue;
      }
      if (match === undefined) match = i;
      else same.push(i);
    }
    const name = (i: number): string => files[i]?.name ?? "";
    return { through: match === undefined || match < 0 ? undefined : name(match), dataOnly: same.map(name) };
  } finally {
    shadow.close();
  }
}

/** Takes files up to `through` as applied, without running them: for a database with a past of its own. */
export async function baseline(job: Job, through: string, decision: Decision): Promise<readonly string[]> {
  const database = databaseOf(job);
  const files = readFolder(job.directory);
  const known = files.filter((file) => inOrder(file.name, through) <= 0);
  if (known.at(-1)?.name !== through) throw noFile(job, through, files);
  const snapshot = await readSnapshot(database);
  refuse(notEmpty(job, snapshot));
  const aside = [`ALTER TABLE "d1_migrations" RENAME TO "_mig_alchemy"`, ledgerTable];
  const chains = chainOf(known);
  await locked(database, decision.actor, (fence) => [
    fence,
    ...(snapshot.ledgerKind === "alchemy" ? aside : []),
    ...schemaGuards(snapshot.schema),
    assertion(`(SELECT count(*) FROM "d1_migrations") = 0`, "the ledger is not empty any more"),
    ...inParts(known).map(
      (part) =>
        `INSERT INTO "d1_migrations"(name) VALUES ${part.map(({ name }) => `(${literal(name)})`).join(", ")}`,
    ),
    ...inParts(
      known.map((file, i) => {
        const schema = i === known.length - 1 ? literal(fingerprint(snapshot.schema)) : "NULL";
        return `(${literal(file.name)}, ${literal(`adopted:${file.checksum}`)}, ${literal(chains[i] ?? "")}, ${literal(file.phase)}, 'baseline', 0, ${file.statements.length}, ${literal(tool)}, ${literal(decision.actor)}, ${schema})`;
      }),
    ).map(
      (part) =>
        `INSERT INTO "_mig_log"(name, checksum, chain, phase, attempt, fence, statements, tool, actor, schema_after) VALUES ${part.join(", ")}`,
    ),
    audit("baseline", through, decision, `${snapshot.ledgerKind} history, ${known.length} files`),
  ]);
  return known.map(({ name }) => name);
}

/** Takes an edited file, or the order in which files were applied, as it is. */
export async function acceptFile(job: Job, name: string, decision: Decision): Promise<void> {
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
}

/** What a decision was made about must be what it is carried out on. */
const ledgerGuard = (names: readonly string[]): string =>
  assertion(
    `(SELECT json_group_array(name) FROM (SELECT name FROM "d1_migrations" ORDER BY id)) = ${literal(JSON.stringify(names))}`,
    "the ledger is not what it was when this was decided",
  );

/** Takes the live schema as it is: later plans compare with it. Files that only wrangler knows of are taken over with it. */
export async function acceptDrift(
  job: Job,
  decision: Decision,
  { drift, adopted, schema }: Pick<Plan, "drift" | "adopted" | "schema">,
): Promise<void> {
  const database = databaseOf(job);
  const snapshot = await readSnapshot(database);
  const last = snapshot.ledger.at(-1);
  if (drift.length === 0 || last === undefined)
    throw nothing(job, "no drift", "a schema that differs from what the files make");
  await locked(database, decision.actor, (fence) => [
    fence,
    ledgerGuard(snapshot.ledger),
    // What was shown is what is taken.
    ...schemaGuards(schema),
    ...adoption(adopted, fingerprint(schema)),
    `UPDATE "_mig_log" SET schema_after = ${literal(fingerprint(schema))} WHERE name = ${literal(last)}`,
    audit("accept drift", last, decision, drift.map((difference) => differenceLine(difference)).join("\n")),
  ]);
}

const audit = (kind: string, name: string, { reason, actor }: Decision, detail: string): string =>
  `INSERT INTO "_mig_audit"(kind, name, reason, detail, actor) VALUES (${[kind, name, reason, detail, actor].map(literal).join(", ")})`;

const notEmpty = (job: Job, { ledger, ledgerKind }: DatabaseSnapshot): Diagnostic[] =>
  ledger.length === 0 || ledgerKind === "alchemy"
    ? []
    : [
        {
          what: "The database has a ledger already",
          where: job.label,
          got: `${ledger.length} applied files, the last is ${ledger.at(-1) ?? ""}`,
          expected: "no ledger, or Alchemy's",
          fix: sentence`a baseline is for a database without one; see: ${command("db status")}`,
        },
      ];

const noFile = (job: Job, name: string, files: readonly MigrationFile[]): UserError =>
  new UserError({
    what: "There is no such migration file",
    where: job.folder,
    got: name,
    expected: files.map((file) => file.name).join(", ") || "files",
    fix: "name one of them",
  });

const nothing = (job: Job, got: string, expected: string): UserError =>
  new UserError({
    what: "There is nothing to accept",
    where: job.label,
    got,
    expected,
    fix: sentence`see what differs: ${command("db status")}`,
  });
