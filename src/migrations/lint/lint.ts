import type { Transport, Verification } from "../files/directives.ts";
import type { MigrationFile } from "../files/reading.ts";
import { summary } from "../files/summary.ts";
import { nameAtStep, rebuilds } from "../shadow/find-rebuilds.ts";
import { findReturns, isBack } from "../shadow/find-returns.ts";
import type { Replay, Step } from "../shadow/replay.ts";
import { assertion } from "../sql/literals.ts";
import { quoted } from "../sql/structure.ts";
import { topLevel } from "../sql/tokens.ts";
import { rules } from "./rules/all.ts";
import { foreignKeyEffects } from "./rules/foreign-key-effects.ts";
import { leavesRows, lossyRebuild } from "./rules/lossy-rebuild.ts";
import type { CheckFacts, Finding, Question, Severity, WaiverKind } from "./rules/rule.ts";
import { unusedWaiver, type Waivers, waiversOf } from "./waivers.ts";

/** A finding with what its rule and its file say about it. */
export interface Reported extends Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly waiver: WaiverKind;
  readonly file: string;
  /** The reason given in the file, when it sets this finding aside. */
  readonly waived: string | undefined;
}

/** One file, linted: what it does, what is wrong with it, and what has to be sent. */
export interface LintedFile {
  readonly file: MigrationFile;
  /** A line a statement: `ADD COLUMN users.email`. */
  readonly effects: readonly { readonly line: number; readonly summary: string }[];
  readonly findings: readonly Reported[];
  /** Conditions at the start of the transaction, from waivers. */
  readonly preconditions: readonly { readonly label: string; readonly condition: string }[];
  /** The file's statements, with the checks in between that a rebuild needs. */
  readonly statements: readonly string[];
  readonly verifications: readonly Verification[];
  readonly transport: Transport;
  /** Read-only questions: how many rows each statement that may lose something reaches. */
  readonly stakes: readonly Stake[];
}

/**
 * Runs every rule over a replayed file. Questions are left open; {@link answered} closes them.
 * @param isNew of a database that is empty but for what the files before put there
 */
export function lint(replay: Replay, { isNew = false }: { readonly isNew?: boolean } = {}): LintedFile {
  const { file } = replay;
  const waivers = waiversOf(file);
  const findings = rules
    .filter(({ silentOnNew }) => !(isNew && silentOnNew))
    .flatMap((rule) => rule.check(replay).map((finding) => reported(file, rule, finding, waivers)))
    .toSorted((a, b) => a.line - b.line);
  const stakes = atStake(replay, findings);
  return {
    file,
    findings: [
      ...findings,
      ...(isNew ? [] : waivers.unused().map((finding) => reported(file, unusedWaiver, finding, waivers))),
    ],
    effects: replay.steps.map((step) => ({
      line: step.statement.line,
      summary: summary(step.statement.sql),
    })),
    preconditions: findings.flatMap((finding) =>
      finding.waived !== undefined &&
      finding.whenWaived !== undefined &&
      file.statements[finding.statement ?? -1]?.dataLoss === undefined
        ? [finding.whenWaived]
        : [],
    ),
    statements: isNew ? file.statements.map(({ sql }) => sql) : withCounts(replay, findings),
    verifications: file.verifications,
    transport:
      file.transport ??
      (replay.steps.some(({ action }) => action.kind === "create" && action.object === "trigger")
        ? "migrator"
        : "query"),
    stakes,
  };
}

const reported = (
  file: MigrationFile,
  { code, severity, waiver }: CheckFacts,
  finding: Finding,
  waivers: Waivers,
): Reported => ({
  severity,
  ...finding,
  code,
  waiver,
  file: file.path,
  waived: waivers.reason({ code, waiver }, finding),
});

interface Stake {
  readonly statement: number;
  /** As the statement calls it. */
  readonly table: string;
  /** How many rows the statement reaches. */
  readonly sql: string;
}

function atStake(replay: Replay, findings: readonly Reported[]): readonly Stake[] {
  return replay.steps.flatMap((step) => {
    const { action, tokens, statement } = step;
    const changes = action.kind === "delete" || action.kind === "update";
    const losing = findings.some(
      (finding) => finding.statement === step.index && finding.waiver === "data-loss",
    );
    const table =
      "table" in action
        ? action.table
        : action.kind === "drop" && action.object === "table"
          ? action.name
          : undefined;
    const live = table === undefined ? undefined : step.rows.origin(table);
    if (table === undefined || live === undefined || !(losing || changes)) return [];
    const where = changes ? topLevel(tokens, "WHERE") : -1;
    const end = where < 0 ? -1 : topLevel(tokens, "RETURNING", where);
    const condition =
      where < 0
        ? ""
        : ` ${statement.sql.slice(tokens[where]?.start, end < 0 ? undefined : tokens[end]?.start)}`;
    return [{ statement: step.index, table, sql: `SELECT count(*) FROM ${quoted(live)}${condition}` }];
  });
}

/**
 * Right after its copy, the new table of a rebuild must hold as many rows as the old one, unless the file says that some may
 * go; and rows that were put by and come back must be there as they were. What happens to either of them later is the
 * business of the statements that do it.
 */
function withCounts(replay: Replay, findings: readonly Reported[]): readonly string[] {
  const given = (copy: Step): boolean =>
    findings.some(
      ({ code, statement, waived }) =>
        code === lossyRebuild.code && statement === copy.index && waived !== undefined,
    );
  const after: { readonly index: number; readonly sql: string }[] = [];
  const equal = (one: string, other: string): string =>
    `(SELECT count(*) FROM ${quoted(one)}) = (SELECT count(*) FROM ${quoted(other)})`;
  for (const rebuild of rebuilds(replay)) {
    const copy = rebuild.copies.at(-1);
    if (copy === undefined || (leavesRows(rebuild) !== undefined && rebuild.copies.some(given))) continue;
    const successor = nameAtStep(replay, rebuild.create.index, copy.index, rebuild.successor);
    const { stash, copiedAs, table } = rebuild;
    if (stash !== undefined)
      after.push({
        index: stash.filled.index,
        sql: assertion(
          equal(stash.name, copiedAs),
          `${lossyRebuild.code}: the copy of ${table} would lose rows`,
        ),
      });
    after.push({
      index: copy.index,
      sql: assertion(
        equal(successor, stash?.name ?? copiedAs),
        `${lossyRebuild.code}: the rebuild of ${table} would lose rows`,
      ),
    });
  }
  for (const one of findReturns(replay).found)
    after.push(
      {
        index: one.filled.index,
        sql: assertion(
          equal(one.stash, one.table),
          `${foreignKeyEffects.code}: the copy of ${one.table} in ${one.stash} would lose rows`,
        ),
      },
      {
        index: one.back.index,
        sql: assertion(
          isBack(one),
          `${foreignKeyEffects.code}: not every row of ${one.table} came back from ${one.stash} as it was`,
        ),
      },
    );
  return replay.steps.flatMap((step) => [
    step.statement.sql,
    ...after.filter(({ index }) => index === step.index).map(({ sql }) => sql),
  ]);
}

/** The questions that a file's findings ask of a live database. */
export const questions = (linted: LintedFile): readonly Question[] =>
  linted.findings.flatMap((finding) => (finding.question === undefined ? [] : [finding.question]));

/**
 * Closes the open questions. `answer` gives a question's value, or undefined when it cannot be asked; a finding whose
 * answer is "no" is gone, one that could not be asked is as bad as its rule says.
 */
export function answered(
  linted: LintedFile,
  answer: (question: Question) => boolean | undefined,
): LintedFile {
  const findings = linted.findings.flatMap((finding): readonly Reported[] => {
    const { question, ...rest } = finding;
    if (question === undefined) return [rest];
    const value = answer(question);
    if (value === true) return [rest];
    if (value === false || question.unasked === undefined) return [];
    return [
      {
        ...rest,
        severity: question.unasked,
        message: `${rest.message} (depends on the rows: preview asks the live database)`,
      },
    ];
  });
  return { ...linted, findings };
}

/** What stops a plan: errors that nothing sets aside. */
export const blocking = (linted: LintedFile): readonly Reported[] =>
  linted.findings.filter((finding) => finding.severity === "error" && finding.waived === undefined);
