import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { type DatabaseSnapshot, emptySnapshot } from "../database/snapshot.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import type { Link } from "../files/chain.ts";
import type { MigrationFile } from "../files/reading.ts";
import { answered, blocking, type LintedFile } from "../lint/lint.ts";
import type { Question } from "../lint/rules/rule.ts";
import type { Difference } from "../shadow/differences.ts";
import { openShadow } from "../shadow/shadow.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { drifted, driftRefusals } from "./drift.ts";
import { history, type Subject } from "./history.ts";
import { lintHalfWay, lintPending } from "./lint-pending.ts";
import type { LastApplied, Opened } from "./opening.ts";
import { phases } from "./phases.ts";
import type { TakenOver } from "./squashed-past.ts";

export interface PlanInput extends Subject {
  /** The folder's files in order. */
  readonly files: readonly MigrationFile[];
  /** The folder's chain file; undefined when there is none. */
  readonly chain: readonly Link[] | undefined;
  /** undefined: the database does not exist yet. */
  readonly database: DatabaseSnapshot | undefined;
  /** Contract files that were opened (`just db contract`), with their content; undefined: none was. */
  readonly opened: Opened | undefined;
}

/** A pending file with its place in the chain. */
export interface PlannedFile extends LintedFile {
  readonly chain: string;
  /** The schema that it leaves. */
  readonly schemaAfter: readonly SchemaObject[];
  /** Statement (from 0) → rows that it reaches; only those that may lose something, where the database could be asked. */
  readonly rows: ReadonlyMap<number, number>;
}

/** What an `up` would do to one database, or why it refuses to. */
export interface Plan extends Subject {
  /** True for a database without tables and without a ledger: everything runs at once, there is no old code. */
  readonly isNew: boolean;
  readonly applied: readonly MigrationFile[];
  /** The last of them, and when it was, in milliseconds since 1970; undefined where Lockstep did not log it. */
  readonly last: LastApplied | undefined;
  /** Runs before the code. */
  readonly expand: readonly PlannedFile[];
  /** Opened: runs in the contract step of the next up. */
  readonly contract: readonly PlannedFile[];
  /** Waits to be opened. */
  readonly waiting: readonly PlannedFile[];
  /** In wrangler's ledger without a row in our log; their schema was seen to be the database's. */
  readonly adopted: readonly MigrationFile[];
  /** A squashed file whose row takes the place of those of the files that it stands for; undefined: none, or it has. */
  readonly squash: TakenOver | undefined;
  /** In our log without a row in the ledger, which gets it back before anything runs; the whole ledger as it is then. */
  readonly unledgered: readonly MigrationFile[];
  readonly ledger: readonly string[];
  readonly drift: readonly Difference[];
  readonly refusals: readonly Diagnostic[];
  /** The live schema, as the plan saw it. */
  readonly schema: readonly SchemaObject[];
}

/** A plan whose questions to the live database are open. */
export interface Draft {
  /** Read-only SELECTs of one value each; ask them in one request. */
  readonly questions: readonly string[];
  /** Closes the plan; values in the order of {@link Draft.questions}, undefined for what could not be asked. */
  readonly close: (values: readonly unknown[]) => Plan;
}

/** A plan without asking anybody: for a database that does not exist yet, and for tests. */
export const offlinePlan = (input: PlanInput): Plan => draftPlan(input).close([]);

/** Plans one database. A pure function: what it knows of the world is in its argument. */
export function draftPlan(input: PlanInput): Draft {
  const database = input.database ?? emptySnapshot;
  const told = history(input, input.files, input.chain, database);
  const isNew = startsEmpty(database);
  const drift = drifted(told, database);
  const split = isNew
    ? { expand: told.pending, contract: [], waiting: [], refusals: [] }
    : phases(told.pending, input.opened);
  const refusals = [...told.refusals, ...split.refusals, ...driftRefusals(input, told, drift)];
  const pending = refusals.length > 0 ? [] : [...split.expand, ...split.contract, ...split.waiting];
  const asLive = lintPending(input.files, pending, database.schema);
  const halfWay =
    isNew && pending.length > 0 && drift.length === 0
      ? lintHalfWay(input.files, told.applied, pending)
      : undefined;
  const asked = answerable(database.schema, [...asLive, ...(halfWay?.linted ?? [])], halfWay?.proof);
  return {
    questions: [...asked],
    close: (values) => {
      const answers = new Map([...asked].map((sql, i) => [sql, values[i]]));
      const isProven = halfWay !== undefined && answers.get(halfWay.proof) === 1;
      const closed = (isProven ? halfWay.linted : asLive).map(
        (file): PlannedFile => ({
          ...file,
          ...answered(file, truth(answers)),
          rows: rowCounts(file, answers),
        }),
      );
      const of = (files: readonly MigrationFile[]): readonly PlannedFile[] =>
        closed.filter(({ file }) => files.includes(file));
      return {
        label: input.label,
        folder: input.folder,
        isNew,
        applied: told.applied,
        last: lastOf(told.applied, database),
        expand: of(split.expand),
        contract: of(split.contract),
        waiting: of(split.waiting),
        adopted: told.unlogged,
        squash: told.squash,
        unledgered: told.unledgered,
        ledger: told.ledger,
        drift,
        schema: database.schema,
        refusals: [...refusals, ...closed.flatMap((file) => lintRefusals(file, answers))],
      };
    },
  };
}

function lastOf(applied: readonly MigrationFile[], { log }: DatabaseSnapshot): LastApplied | undefined {
  const name = applied.at(-1)?.name;
  const atMs = log.find((entry) => entry.name === name)?.appliedAtMs;
  return name === undefined || atMs === undefined ? undefined : { name, atMs };
}

/** The note that Lockstep keeps while a new database goes through its first files: killed in between, it is still new. */
export const initialKey = "initial";

const startsEmpty = (database: DatabaseSnapshot): boolean =>
  database.meta.get(initialKey) === "running" ||
  (database.ledger.length === 0 && database.schema.length === 0);

/** All questions that the schema of today can answer: one about a column that comes with a pending file cannot be asked. */
function answerable(
  schema: readonly SchemaObject[],
  linted: readonly LintedFile[],
  proof: string | undefined,
): ReadonlySet<string> {
  const wanted = new Set([
    ...(proof === undefined ? [] : [proof]),
    ...linted.flatMap((file) => [
      ...file.findings.flatMap(({ question }) => (question === undefined ? [] : [question.sql])),
      ...file.stakes.map(({ sql }) => sql),
      ...file.preconditions.map(preconditionSql),
    ]),
  ]);
  if (wanted.size === 0 || schema.length === 0) return new Set();
  const shadow = openShadow(schema);
  try {
    return new Set([...wanted].filter((sql) => shadow.run(sql).error === undefined));
  } finally {
    shadow.close();
  }
}

const preconditionSql = ({ condition }: { readonly condition: string }): string => `SELECT ${condition}`;

const truth =
  (answers: ReadonlyMap<string, unknown>) =>
  ({ sql }: Question): boolean | undefined => {
    const value = answers.get(sql);
    return value === undefined ? undefined : value !== 0 && value !== null;
  };

function rowCounts(file: LintedFile, answers: ReadonlyMap<string, unknown>): ReadonlyMap<number, number> {
  return new Map(
    file.stakes.flatMap(({ statement, sql }) => {
      const value = answers.get(sql);
      return typeof value === "number" ? [[statement, value] as const] : [];
    }),
  );
}

function lintRefusals(planned: LintedFile, answers: ReadonlyMap<string, unknown>): readonly Diagnostic[] {
  const failing = planned.preconditions.filter((condition) => answers.get(preconditionSql(condition)) === 0);
  return [
    ...blocking(planned).map((finding) => ({
      what: `${finding.code}: ${finding.message}`,
      where: `${finding.file}:${finding.line}`,
      got: planned.file.statements[finding.statement ?? -1]?.sql ?? planned.file.name,
      expected: "a migration that cannot lose or break anything unsaid",
      fix: finding.fix,
    })),
    ...failing.map(({ label }) => ({
      what: "A waiver rests on something that is not so",
      where: planned.file.path,
      got: label,
      expected: "what the waiver takes for granted",
      fix: 'when its rows may go, say so: -- d1:data-loss "why" above the statement',
    })),
  ];
}

/** A planned file in the form that is applied. */
export const applicable = (planned: PlannedFile): ApplicableFile => ({
  name: planned.file.name,
  checksum: planned.file.checksum,
  chain: planned.chain,
  phase: planned.file.phase,
  transport: planned.transport,
  statements: planned.statements,
  verify: planned.verifications.map(({ label, sql }) => ({ label, sql })),
  preconditions: planned.preconditions,
  waivers: planned.findings.flatMap(({ code, waived, line }) =>
    waived === undefined ? [] : [{ code, reason: waived, line }],
  ),
  overrides: planned.file.overrides,
  schemaAfter: fingerprint(planned.schemaAfter),
});
