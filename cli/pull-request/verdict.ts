import { kindOf } from "../../src/resources/kinds/kinds.ts";
import type { Change, Database, ReportInput, StageReport } from "./input.ts";

/** What is to become of a change: it may go on, somebody has to look at it, or it cannot go on as it is. */
export type Word = "safe" | "needs a person" | "refused";

/** A reason, and the stage in which it is one. */
export interface Reason {
  readonly stage: string | undefined;
  readonly said: string;
}

export interface Verdict {
  readonly word: Word;
  readonly reasons: readonly Reason[];
}

/** One verdict for all stages: the worst that anything asks for, and why. */
export function verdictOf(input: ReportInput): Verdict {
  const refusals = [
    ...input.failures.map(({ verb }) => ({ stage: undefined, said: `${verb} failed` })),
    ...input.findings
      .filter(({ severity }) => severity === "error")
      .map(({ what, where }) => ({ stage: undefined, said: `${what} (${where})` })),
    ...input.stages.flatMap((stage) => refusalsOf(stage).map((said) => ({ stage: stage.name, said }))),
  ];
  if (refusals.length > 0) return { word: "refused", reasons: refusals };
  const questions = [
    ...input.stages.flatMap((stage) => questionsOf(stage).map((said) => ({ stage: stage.name, said }))),
    ...input.rivals.map(({ branch, database, numbers }) => ({
      stage: undefined,
      said: `${branch} changes ${database}, too${numbers.length > 0 ? ", under the same number" : ""}`,
    })),
  ];
  return { word: questions.length > 0 ? "needs a person" : "safe", reasons: questions };
}

const refusalsOf = ({ failures, policy, databases }: StageReport): readonly string[] => [
  ...failures.map(({ verb }) => `${verb} failed`),
  ...policy
    .filter(({ severity }) => severity === "error")
    .map(({ rule, where }) => `${rule ?? "policy"}: ${where}`),
  ...databases.flatMap(({ name, refusals }) => refusals.map(({ what }) => `${name}: ${what}`)),
];

const questionsOf = ({ changes, databases }: StageReport): readonly string[] => [
  ...changes
    .filter(isLoss)
    .map(({ ops, name, type }) => `${isGone(ops) ? "deletes" : "replaces"} ${name} (${labelOf(type)})`),
  ...databases.flatMap((database) => databaseQuestions(database)),
];

function databaseQuestions({ name, statements, findings, drift, costs }: Database): readonly string[] {
  const lossy = statements.filter(({ rows, phase }) => rows !== undefined && rows > 0 && phase !== "waiting");
  const said = findings.filter(({ severity, waived }) => severity !== "info" || waived !== undefined);
  return [
    ...lossy.map(({ summary, rows }) => `${name}: ${summary} reaches ${rows} ${rows === 1 ? "row" : "rows"}`),
    ...said.map(
      ({ rule, what, waived }) =>
        `${name}: ${rule ?? "finding"}: ${what}${waived === undefined ? "" : ", which its file allows"}`,
    ),
    ...(statements.some(({ phase }) => phase === "contract")
      ? [`${name}: a contract migration was opened`]
      : []),
    ...(drift > 0 ? [`${name}: the schema is not what its migrations make`] : []),
    ...(costs.length > 0 ? [`${name}: queries read more rows`] : []),
  ];
}

export const isGone = (ops: readonly string[]): boolean => ops.some((op) => op === "delete");
export const isReplaced = (ops: readonly string[]): boolean => ops.some((op) => op.includes("replace"));

/** Types that a change of code replaces each time, with nothing in them. */
const made = ["WorkerVersion", "WorkersDeployment", "FirstVersion"];
const isLoss = ({ type, ops }: Change): boolean =>
  !made.includes(labelOf(type)) && (isGone(ops) || (isReplaced(ops) && kindOf(type) !== undefined));

/** `D1Database` */
export const labelOf = (type: string): string => type.split(":").at(-1) ?? type;
