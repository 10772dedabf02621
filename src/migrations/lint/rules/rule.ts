import type { Replay, Step } from "../../shadow/replay.ts";

/** `error` stops the plan, `warning` and `info` do not. */
export type Severity = "error" | "warning" | "info";

/** Something a live database can answer, read-only: one SELECT of one value. */
export interface Question {
  readonly sql: string;
  /** How bad the finding is when nobody can be asked; undefined drops it. */
  readonly unasked: Severity | undefined;
}

/** What a rule has to say about a file. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly line: number;
  /** The statement, from 0; undefined is the file as a whole. */
  readonly statement: number | undefined;
  readonly message: string;
  readonly fix: string;
  /** False: no `-- d1:allow` helps. */
  readonly waivable: boolean;
  /** When there is one: the finding stands only where the answer is neither 0 nor NULL. */
  readonly question?: Question;
  /** What must hold at the start of the file's transaction when the finding is waived. */
  readonly whenWaived?: { readonly label: string; readonly condition: string };
}

/** One rule of the linter: a plain constant. */
export interface Rule {
  readonly code: string;
  /** What it looks for, in a line. */
  readonly title: string;
  readonly check: (replay: Replay) => readonly Finding[];
}

interface Words {
  readonly message: string;
  readonly fix: string;
  readonly waivable?: boolean;
  readonly question?: Question;
  readonly whenWaived?: { readonly label: string; readonly condition: string };
}

/** A finding about a statement. */
export const at = (step: Step, code: string, severity: Severity, words: Words): Finding => ({
  code,
  severity,
  line: step.statement.line,
  statement: step.index,
  waivable: true,
  ...words,
});

/**
 * A finding about rows that statements before it change: what the live database says of them today need not be so any more.
 * If it is, the migration fails as a whole and nothing is lost; so it is told, and does not stop the plan.
 */
export const unlessChanged = (finding: Finding, changed: boolean): Finding =>
  changed && finding.severity === "error"
    ? {
        ...finding,
        severity: "warning",
        message: `${finding.message} today; statements before it change them, so it shows when they run`,
      }
    : finding;
