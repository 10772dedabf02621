import { relative } from "node:path";
import type { CommandPlace } from "../../src/diagnostic/place.ts";
import { type Diagnostic, placedDiagnostic } from "../../src/diagnostic/user-error.ts";
import type { Severity } from "../../src/migrations/lint/rules/rule.ts";

/** One thing that is wrong with a project, at its line. */
export interface Finding {
  /** From the project's root. */
  readonly file: string;
  readonly line: number;
  readonly severity: Severity;
  /** Of a rule that has one: `DL1`. */
  readonly code?: string;
  readonly what: string;
  /** What it is wrong with, in the words of the declaration: `dome/silo, env.DB`. */
  readonly where: string;
  readonly got?: string;
  readonly expected?: string;
  readonly fix: string;
  /** The stages in which it is so; empty where it does not depend on one. */
  readonly stages: readonly string[];
}

/** Where a finding is shown. */
export interface Line {
  readonly file: string;
  readonly line: number;
}

/** A refusal as a finding at the line that it is about. */
export function findingOf(
  diagnostic: Diagnostic,
  at: Line,
  {
    place,
    root,
    stages,
    severity,
  }: {
    readonly place: CommandPlace;
    readonly root: string;
    readonly stages: readonly string[];
    readonly severity: Finding["severity"];
  },
): Finding {
  const { what, where, got, expected, fix } = placedDiagnostic(diagnostic, place);
  return { file: shownFrom(root, at.file), line: at.line, severity, what, where, got, expected, fix, stages };
}

/** A path as it is shown: from the project's root where it lies there. */
export const shownFrom = (root: string, file: string): string => {
  const inside = relative(root, file);
  return inside.startsWith("..") ? file : inside;
};

/**
 * Findings that say the same, of several stages, as one; in the order of files and lines. What was found may have the stage's name in it (a
 * database `orders-dev` and `orders-prod`): then all of it is said.
 */
export function merged(findings: readonly Finding[]): readonly Finding[] {
  const known = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { stages, fix, got, where, ...same } = finding;
    const [stage = ""] = stages;
    const key = JSON.stringify({ ...same, where: where.replace(` in ${stage}`, "") });
    const before = known.get(key) ?? [];
    const at = before.findIndex(
      (each) => each.got === got || !stages.some((name) => each.stages.includes(name)),
    );
    const [found] = at < 0 ? [] : before.splice(at, 1);
    known.set(key, [...before, found === undefined ? finding : together(found, finding)]);
  }
  return [...known.values()]
    .flat()
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.what.localeCompare(b.what));
}

function together(one: Finding, other: Finding): Finding {
  const got = [...new Set([one.got, other.got].flatMap((each) => each ?? []))].join(", ");
  const where = one.where.replace(` in ${one.stages[0] ?? ""}`, "");
  return {
    ...one,
    where: one.where === other.where ? one.where : where,
    ...(one.got !== undefined && { got }),
    stages: [...new Set([...one.stages, ...other.stages])],
  };
}
