import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { SystemStatements } from "../../statements/kept.ts";
import type { Job } from "../plan/job.ts";
import type { Plan } from "../plan/plan.ts";
import { type HeldCode, holdCode } from "./against-schema.ts";
import {
  type CorpusProblem,
  type CorpusStatement,
  checkCorpus,
  corpusLine,
  type SchemaPoint,
} from "./corpus.ts";
import { corpusFolder, knownStatements } from "./corpus-file.ts";
import { type Recorded, readRecorded } from "./corpus-live.ts";

/** What was found out about the code that runs on a plan's database. */
export interface CodeCheck {
  /** Refusals for statements that would not work with the schema that the plan leaves. */
  readonly refusals: readonly Diagnostic[];
  /** What is known of the code; undefined when nothing had to be asked. */
  readonly coverage: string | undefined;
}

/** A plan that has nothing else against it, with what the code has; and the line that says how much is known of that. */
export async function withCode(
  plan: Plan,
  question: CodeQuestion,
): Promise<{ readonly plan: Plan; readonly lines: readonly string[] }> {
  if (plan.refusals.length > 0) return { plan, lines: [] };
  const held = holdWritten(plan, question);
  if (held.refusals.length > 0) return { plan: { ...plan, refusals: held.refusals }, lines: [] };
  const { refusals, coverage } = await checkCode(plan, question);
  if (refusals.length > 0) return { plan: { ...plan, refusals }, lines: [] };
  return {
    plan,
    lines: [
      ...(coverage === undefined || plan.isNew ? [] : [`  held against the code: ${coverage}`]),
      ...(held.said === undefined ? [] : [`  ${plan.label}: ${held.said}`]),
    ],
  };
}

/** Where code is asked about. */
export interface CodeQuestion {
  /** The project's root: where `corpus/` is. */
  readonly root: string;
  /** Physical names of the workers that bind the database. */
  readonly workers: readonly string[];
  /** The database; undefined while it does not exist: no code has run on it. */
  readonly job: Job | undefined;
  /** What the code that is about to be deployed gives to the system's databases. @default - no code is at hand */
  readonly written?: SystemStatements | undefined;
}

/** The code of this run meets what its expand files leave, and runs on while opened contract files do the rest. */
function holdWritten(plan: Plan, { root, written }: CodeQuestion): HeldCode {
  if (written === undefined) return { refusals: [], said: undefined };
  const last = [...plan.expand, ...plan.contract].at(-1);
  return holdCode({ label: plan.label, schema: last?.schemaAfter ?? plan.schema, root }, written);
}

/**
 * Holds what the deployed versions were recorded to run, and what `corpus/` says that workers run, against the schema that the
 * pending files leave. Asks nobody when nothing is pending.
 */
export async function checkCode(plan: Plan, { root, workers, job }: CodeQuestion): Promise<CodeCheck> {
  const files = [...plan.expand, ...plan.contract];
  if (files.length === 0) return { refusals: [], coverage: undefined };
  const points: SchemaPoint[] = [
    { by: undefined, schema: plan.schema },
    ...files.map(({ file, schemaAfter }) => ({ by: file.name, schema: schemaAfter })),
  ];
  const recorded =
    plan.isNew || job === undefined ? { versions: [], statements: [] } : await readRecorded(job, workers);
  const seen = new Set(recorded?.statements.map(({ sql }) => sql));
  const written = knownStatements(root, plan.label).filter(({ sql }) => !seen.has(sql));
  const coverage = covered(plan, recorded, written);
  const system = plan.label.split("/")[0] ?? "";
  const broken = [
    // What today's schema has no answer for either is not broken by these files.
    ...checkCorpus(recorded?.statements ?? [], points).filter(({ brokenBy }) => brokenBy !== undefined),
    ...checkCorpus(written, points),
  ];
  return { refusals: broken.map((problem) => breaks(plan, problem, coverage, seen, system)), coverage };
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
