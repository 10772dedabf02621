import type { Replay, Step } from "../../shadow/replay.ts";
import { fittingFix } from "../evidence/fitting-fix.ts";
import { orphansQuestion } from "../evidence/orphans.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** Seen to work as one `/query` request; more is not known to. */
const queryBytes = 400_000;
/** D1 refuses longer statements. */
const statementBytes = 100_000;

/** D1b: what D1 would refuse, found before it is asked. */
export const refused: Rule = {
  code: "D1b",
  title: "statements that fail, or that D1 refuses",
  severity: "error",
  except: "where that depends on rows, only if the live database lacks them",
  waiver: "override",
  check: (replay) => [
    ...replay.steps.flatMap((step) => {
      const sizeBytes = Buffer.byteLength(step.statement.sql);
      if (sizeBytes > statementBytes) {
        return [
          at(step, {
            message: `the statement has ${sizeBytes} bytes; D1 takes ${statementBytes}`,
            fix: "split it into several statements",
          }),
        ];
      }
      if (step.errorByRows !== undefined) return [dependent(step, step.errorByRows)];
      if (step.error === undefined) return [];
      return [
        at(step, {
          message: step.refused ? step.error : `the statement fails: ${step.error}`,
          fix: step.refused
            ? "write it with what D1 has"
            : (fittingFix(step, replay) ??
              'correct it; when only the local engine refuses it: -- d1:override D1b "why D1 accepts it"'),
        }),
      ];
    }),
    ...[...replay.failures].map(
      ([{ label, line }, error]): Finding => ({
        line,
        statement: undefined,
        message: `the verification "${label}" fails: ${error}`,
        fix: "correct its query",
      }),
    ),
    ...tooLarge(replay),
  ],
};

/** What made-up rows cannot decide: asked of the live database where it can be, and told otherwise. */
function dependent(step: Step, error: string): Finding {
  const sql = /^FOREIGN KEY/.test(error) ? orphansQuestion(step) : undefined;
  const words = {
    message: `the statement fails unless the rows that it needs are there: ${error}`,
    fix: "insert what it refers to in a file before it",
  };
  return sql === undefined
    ? at(step, { ...words, severity: "info" })
    : at(step, { ...words, question: { sql, unasked: "info" } });
}

function tooLarge({ file }: Replay): readonly Finding[] {
  if (file.sizeBytes <= queryBytes || file.transport === "import") return [];
  return [
    {
      line: 1,
      statement: undefined,
      message: `the file has ${file.sizeBytes} bytes; one request is known to take ${queryBytes}`,
      fix: "split it into several files, or write -- d1:transport import (the database is unavailable while it runs)",
    },
  ];
}
