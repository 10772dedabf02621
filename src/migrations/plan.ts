import type { Complaint } from "../userError.ts";
import { chainOf, type Link } from "./chain.ts";
import { type Difference, differenceLine, differences, fingerprint } from "./fingerprint.ts";
import { type History, history, type Subject } from "./history.ts";
import { answered, blocking, type LintedFile, lint } from "./lint.ts";
import type { ApplicableFile } from "./protocol/request.ts";
import type { SchemaObject } from "./protocol/schemaGuard.ts";
import { inOrder, type MigrationFile } from "./reading.ts";
import { openStage } from "./replay.ts";
import type { Question } from "./rules/rule.ts";
import { openShadow } from "./shadow.ts";
import { type DatabaseSnapshot, emptySnapshot } from "./snapshot.ts";

export interface PlanInput extends Subject {
  /** The folder's files in order. */
  readonly files: readonly MigrationFile[];
  /** The folder's chain file; undefined when there is none. */
  readonly chain: readonly Link[] | undefined;
  /** undefined: the database does not exist yet. */
  readonly database: DatabaseSnapshot | undefined;
  /** Contract files up to this one were opened (`just db contract`); undefined: none was. */
  readonly openThrough: string | undefined;
}

/** A pending file with its place in the chain. */
export interface PlannedFile extends LintedFile {
  readonly chain: string;
  /** The schema that it leaves. */
  readonly schemaAfter: readonly SchemaObject[];
  /** Rows that each table at stake holds; undefined where nobody could be asked. */
  readonly rows: ReadonlyMap<string, number | undefined>;
}

/** What an `up` would do to one database, or why it refuses to. */
export interface Plan extends Subject {
  /** True for a database without tables and without a ledger: everything runs at once, there is no old code. */
  readonly isNew: boolean;
  readonly applied: readonly MigrationFile[];
  /** Runs before the code. */
  readonly expand: readonly PlannedFile[];
  /** Opened: runs in the contract step of the next up. */
  readonly contract: readonly PlannedFile[];
  /** Waits to be opened. */
  readonly waiting: readonly PlannedFile[];
  /** In wrangler's ledger without a row in our log; their schema was seen to be the database's. */
  readonly adopted: readonly MigrationFile[];
  readonly drift: readonly Difference[];
  readonly refusals: readonly Complaint[];
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
    : phases(input, told.pending);
  const refusals = [...told.refusals, ...split.refusals, ...driftRefusals(input, told, drift)];
  const linted =
    refusals.length > 0
      ? []
      : lintPending(input, isNew, [...split.expand, ...split.contract, ...split.waiting], database.schema);
  const asked = answerable(database.schema, linted, isNew);
  return {
    questions: [...asked],
    close: (values) => {
      const answers = new Map([...asked].map((sql, i) => [sql, values[i]]));
      const closed = linted.map(
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
        expand: of(split.expand),
        contract: of(split.contract),
        waiting: of(split.waiting),
        adopted: told.unlogged,
        drift,
        schema: database.schema,
        refusals: [...refusals, ...closed.flatMap((file) => lintRefusals(file, answers))],
      };
    },
  };
}

/** The note that Lockstep keeps while a new database goes through its first files: killed in between, it is still new. */
export const initialKey = "initial";

const startsEmpty = (database: DatabaseSnapshot): boolean =>
  database.meta.get(initialKey) === "running" ||
  (database.ledger.length === 0 && database.schema.length === 0);

interface Phases {
  readonly expand: readonly MigrationFile[];
  readonly contract: readonly MigrationFile[];
  readonly waiting: readonly MigrationFile[];
  readonly refusals: readonly Complaint[];
}

/** Pending files must read expand* contract*: an expand file behind a contract file belongs to a later release. */
function phases(input: PlanInput, pending: readonly MigrationFile[]): Phases {
  const first = pending.findIndex((file) => file.phase === "contract");
  if (first < 0) return { expand: pending, contract: [], waiting: [], refusals: [] };
  const expand = pending.slice(0, first);
  const rest = pending.slice(first);
  const late = rest.find((file) => file.phase === "expand");
  const refusals: Complaint[] = [];
  if (late !== undefined) {
    const contracts = rest.slice(0, rest.indexOf(late)).map((file) => file.name);
    refusals.push({
      what: `${late.name} expands what ${contracts.join(", ")} has not contracted yet`,
      where: late.path,
      got: `pending: ${pending.map((file) => `${file.name} (${file.phase})`).join(", ")}`,
      expected: "expand files, then contract files",
      fix: `deploy the release that ends with ${contracts.at(-1)} first, open it with: just db contract, and let an up run it; then this one`,
    });
  }
  const { openThrough } = input;
  const open = rest.findIndex((file) => openThrough === undefined || inOrder(file.name, openThrough) > 0);
  const until = open < 0 ? rest.length : open;
  return { expand, contract: rest.slice(0, until), waiting: rest.slice(until), refusals };
}

/** The log's last fingerprint answers in no time; only when it differs are the files replayed, to say what does. */
function drifted(told: History, database: DatabaseSnapshot): readonly Difference[] {
  const last = database.ledger.at(-1);
  if (last === undefined || told.refusals.length > 0) return [];
  const entry = database.log.find(({ name }) => name === last);
  const live = fingerprint(database.schema);
  if (entry?.schemaAfter === live) return [];
  const expected = replayed(told.applied);
  if (expected === undefined) {
    const details = [
      `fingerprint ${live}, recorded was ${entry?.schemaAfter ?? "none"}; the files alone do not run on an empty database, so objects cannot be compared`,
    ];
    return [{ kind: "changed", type: "schema", name: "as a whole", details }];
  }
  return fingerprint(expected) === live ? [] : differences(expected, database.schema);
}

/** The schema that files leave on an empty database; undefined when one of them fails there. */
export function replayed(files: readonly MigrationFile[]): readonly SchemaObject[] | undefined {
  const shadow = openShadow();
  try {
    for (const file of files) {
      for (const statement of file.statements)
        if (shadow.run(statement.sql).error !== undefined) return undefined;
      shadow.endRequest();
    }
    return shadow.schema();
  } finally {
    shadow.close();
  }
}

function driftRefusals(
  { label, folder }: PlanInput,
  told: History,
  drift: readonly Difference[],
): readonly Complaint[] {
  if (drift.length === 0) return [];
  const lines = drift.map((difference) => `\n    ${differenceLine(difference)}`).join("");
  const adopting = told.unlogged.length > 0;
  return [
    {
      what: adopting
        ? "The ledger lists files whose schema the database does not have"
        : "The database is not what its applied files made of it",
      where: label,
      got: `${drift.length} ${drift.length === 1 ? "difference" : "differences"}:${lines}`,
      expected: `the schema of ${folder} up to ${told.applied.at(-1)?.name ?? "nothing"}`,
      fix: adopting
        ? `just db baseline ${label} --infer, to see which files the database really has`
        : `write a migration that makes it so, or take it as it is: just db accept ${label} --drift --reason "why"`,
    },
  ];
}

interface Staged extends LintedFile {
  readonly chain: string;
  readonly schemaAfter: readonly SchemaObject[];
}

function lintPending(
  input: PlanInput,
  isNew: boolean,
  pending: readonly MigrationFile[],
  schema: readonly SchemaObject[],
): readonly Staged[] {
  if (pending.length === 0) return [];
  const chains = new Map(chainOf(input.files).map((chain, i) => [input.files[i]?.name, chain]));
  const stage = openStage(schema, { holdsRows: !isNew });
  try {
    return pending.map((file) => {
      const replay = stage.replay(file);
      return { ...lint(replay), chain: chains.get(file.name) ?? "", schemaAfter: replay.after.objects };
    });
  } finally {
    stage.close();
  }
}

/** All questions that the schema of today can answer: one about a column that comes with a pending file cannot be asked. */
function answerable(
  schema: readonly SchemaObject[],
  linted: readonly LintedFile[],
  isNew: boolean,
): ReadonlySet<string> {
  const wanted = new Set(
    linted.flatMap((file) => [
      ...file.findings.flatMap(({ question }) => (question === undefined ? [] : [question.sql])),
      ...file.stakes.map(({ sql }) => sql),
      ...file.preconditions.map(preconditionSql),
    ]),
  );
  if (wanted.size === 0 || isNew) return new Set();
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

function rowCounts(
  file: LintedFile,
  answers: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, number | undefined> {
  return new Map(
    file.stakes.map(({ table, sql }) => {
      const value = answers.get(sql);
      return [table, typeof value === "number" ? value : undefined];
    }),
  );
}

function lintRefusals(planned: LintedFile, answers: ReadonlyMap<string, unknown>): readonly Complaint[] {
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
});
