import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Plan } from "../plan/plan.ts";
import { type HeldCode, holdCode } from "./against-schema.ts";
import {
  type CorpusProblem,
  type CorpusStatement,
  checkCorpus,
  corpusLine,
  type SchemaPoint,
} from "./corpus.ts";
import { corpusFolder } from "./corpus-file.ts";
import type { Recorded } from "./corpus-live.ts";
import { type CodeQuestion, knownCode, writtenFor } from "./known-code.ts";

/** What was found out about the code that runs on a plan's database. */
export interface CodeCheck {
  /** Refusals for statements that would not work with the schema that the plan leaves. */
  readonly refusals: readonly Diagnostic[];
  /** What is known of the code; undefined when nothing had to be asked. */
  readonly coverage: string | undefined;
  /** What it is known to run. */
  readonly statements: readonly CorpusStatement[];
}

/** A plan with what the code has against it, and what is known of that. */
export interface HeldPlan {
  readonly plan: Plan;
  readonly lines: readonly string[];
  readonly statements: readonly CorpusStatement[];
  /** Whether a statement is one that nothing was seen to run yet. */
  readonly isNew: (sql: string) => boolean;
}

/** A plan that has nothing else against it, with what the code has; and the line that says how much is known of that. */
export async function withCode(plan: Plan, question: CodeQuestion): Promise<HeldPlan> {
  const without = (refused: Plan): HeldPlan => ({
    plan: refused,
    lines: [],
    statements: [],
    isNew: () => false,
  });
  if (plan.refusals.length > 0) return without(plan);
  const held = holdWritten(plan, question);
  if (held.refusals.length > 0) return without({ ...plan, refusals: held.refusals });
  const { refusals, coverage, statements } = await checkCode(plan, question);
  if (refusals.length > 0) return without({ ...plan, refusals });
  const run = new Set(statements.map(({ sql }) => sql));
  return {
    plan,
    lines: [
      ...(coverage === undefined || plan.isNew ? [] : [`  held against the code: ${coverage}`]),
      ...(held.said === undefined ? [] : [`  ${plan.label}: ${held.said}`]),
    ],
    statements: [...statements, ...writtenFor(plan.label, question.written)],
    // Where nobody looks at what runs, all of it would be new each time.
    isNew: (sql) => run.size > 0 && !run.has(sql),
  };
}

/** The code of this run meets what its expand files leave, and runs on while opened contract files do the rest. */
function holdWritten(plan: Plan, { root, written }: CodeQuestion): HeldCode {
  if (written === undefined) return { refusals: [], said: undefined };
  return holdCode({ label: plan.label, points: pointsOf(plan), root }, written);
}

const pointsOf = (plan: Plan): readonly SchemaPoint[] => [
  { by: undefined, schema: plan.schema },
  ...[...plan.expand, ...plan.contract].map(({ file, schemaAfter }) => ({
    by: file.name,
    schema: schemaAfter,
  })),
];

/**
 * Holds what the deployed versions were recorded to run, and what `corpus/` says that workers run, against the schema that the
 * pending files leave. Asks nobody when nothing is pending.
 */
export async function checkCode(plan: Plan, { root, workers, job }: CodeQuestion): Promise<CodeCheck> {
  const points = pointsOf(plan);
  if (points.length === 1) return { refusals: [], coverage: undefined, statements: [] };
  const { recorded, seen, written } = await knownCode(plan.label, {
    root,
    workers,
    job: plan.isNew ? undefined : job,
  });
  const coverage = covered(plan, recorded, written);
  const system = plan.label.split("/")[0] ?? "";
  const broken = [
    // What today's schema has no answer for either is not broken by these files.
    ...checkCorpus(recorded?.statements ?? [], points).filter(({ brokenBy }) => brokenBy !== undefined),
    ...checkCorpus(written, points),
  ];
  return {
    refusals: broken.map((problem) => breaks(plan, problem, coverage, seen, system)),
    coverage,
    statements: [...(recorded?.statements ?? []), ...written],
  };
}

const breaks = (
  plan: Plan,
  problem: CorpusProblem,
  coverage: string,
  recorded: ReadonlySet<string>,
  system: string,
): Diagnostic => ({
  what: `${problem.worker} would break: ${problem.error}`,
  where: problem.brokenBy === undefined ? plan.label : `${plan.folder}/${problem.brokenBy}`,
  got: corpusLine(problem),
  expected: `every known statement to work (${coverage})`,
  fix: recorded.has(problem.sql)
    ? "release code that does without it first, or change the migration"
    : sentence`release code that does without it first, or change the migration; when the code is changed already, record it again: ${command("db corpus")} (${corpusFolder(system)})`,
});

/** Only what was exercised is known: how much that is has to be said wherever something rests on it. */
function covered(plan: Plan, recorded: Recorded | undefined, written: readonly CorpusStatement[]): string {
  const folder = corpusFolder(plan.label.split("/")[0] ?? "");
  if (recorded === undefined)
    return `this account records nothing, so only ${folder} is known: ${counted(written.length)}`;
  const versions = recorded.versions.map((name) => {
    const count = recorded.statements.filter(({ worker }) => worker === name).length;
    return `${counted(count)} recorded of ${name}`;
  });
  return [...versions, `${counted(written.length)}${written.length === 0 ? "" : " more"} in ${folder}`].join(
    ", ",
  );
}

const counted = (count: number): string =>
  count === 0 ? "none" : `${count} ${count === 1 ? "statement" : "statements"}`;
