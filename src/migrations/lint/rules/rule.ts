import type { Replay, Step } from "../../shadow/replay.ts";

/** `error` stops the plan, `warning` and `info` do not. */
export type Severity = "error" | "warning" | "info";

/** Something a live database can answer, read-only: one SELECT of one value. */
export interface Question {
  readonly sql: string;
  /** How bad the finding is when nobody can be asked; undefined drops it. */
  readonly unasked: Severity | undefined;
}

/** What a rule found in a file. Its code, and the severity and waiver that it does not say, are its rule's. */
export interface Finding {
  readonly line: number;
  /** The statement, from 0; undefined is the file as a whole. */
  readonly statement: number | undefined;
  readonly message: string;
  readonly fix: string;
  /** When it is not the rule's. */
  readonly severity?: Severity;
  /** False: no waiver helps, though the rule has one. */
  readonly waivable?: boolean;
  /** When there is one: the finding stands only where the answer is neither 0 nor NULL. */
  readonly question?: Question;
  /** What must hold at the start of the file's transaction when the finding is waived. */
  readonly whenWaived?: { readonly label: string; readonly condition: string };
}

/** Which comment in a file sets a finding aside; `data-loss`: that comment, or `allow`. `override` holds for the whole file. */
export type WaiverKind = "none" | "allow" | "data-loss" | "override";

/** What is known of a check without a file: a row of the table in docs/migrations.md, which is generated from it. */
export interface CheckFacts {
  readonly code: string;
  /** What it finds, in Markdown. */
  readonly title: string;
  /** Of a finding that does not say its own. */
  readonly severity: Severity;
  /** Where that does not hold, as the rest of a sentence in Markdown: `but not in a contract file`. */
  readonly except?: string;
  readonly waiver: WaiverKind;
  /** True: it is about rows or running code, and silent where there is neither: on the way of a new, empty database through its files. */
  readonly silentOnNew?: true;
}

/** One rule of the linter: a plain constant. */
export interface Rule extends CheckFacts {
  readonly check: (replay: Replay) => readonly Finding[];
}

/** A finding about a statement. */
export const at = (step: Step, words: Omit<Finding, "line" | "statement">): Finding => ({
  line: step.statement.line,
  statement: step.index,
  ...words,
});

/**
 * A finding about rows that statements before it change: what the live database says of them today need not be so any more.
 * If it is, the migration fails as a whole and nothing is lost; so it is told, and does not stop the plan.
 */
export const unlessChanged = (finding: Finding, changed: boolean): Finding =>
  changed
    ? {
        ...finding,
        severity: "warning",
        message: `${finding.message} today; statements before it change them, so it shows when they run`,
      }
    : finding;
