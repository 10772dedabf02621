import { command, sentence } from "../../diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../diagnostic/user-error.ts";
import { type DatabaseSnapshot, readSnapshot } from "../database/snapshot.ts";
import { chainOf } from "../files/chain.ts";
import { inOrder } from "../files/names.ts";
import { type MigrationFile, readFolder } from "../files/reading.ts";
import { databaseOf, type Job } from "../plan/job.ts";
import { locked } from "../protocol/locked.ts";
import { openShadow } from "../shadow/shadow.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { assertion, inParts, literal } from "../sql/literals.ts";
import { type SchemaObject, schemaGuards } from "../sql/schema-guard.ts";
import { audit, type Decision, noFile } from "./decision.ts";
import { tool } from "./tool.ts";

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
