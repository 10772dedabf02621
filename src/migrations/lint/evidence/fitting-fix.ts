import type { Replay, Step } from "../../shadow/replay.ts";
import { sameName } from "../../sql/structure.ts";

/** What to do about a statement that fails, by what SQLite says of it. */
const fits: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^use DROP VIEW to delete view (.+)$/, (name) => `it is a view: DROP VIEW ${name}`],
  [/^use DROP TABLE to delete table (.+)$/, (name) => `it is a table: DROP TABLE ${name}`],
  [/^cannot modify (.+) because it is a view$/, (name) => `write to the table that ${name} reads from`],
  [
    /^(?:Cannot add a column to a view|view (.+) may not be altered|cannot (?:rename columns of|drop column from) view .*)$/,
    () => "a view has no columns of its own: DROP VIEW, then CREATE VIEW with the SELECT that it is to have",
  ],
  [/^views may not be indexed$/, () => "index the table that the view reads from"],
  [
    /^cannot add a STORED column$/,
    () => "make it VIRTUAL; a STORED one needs a rebuild: a new table with it, INSERT … SELECT, DROP, RENAME",
  ],
];

/** A repair that fits what SQLite says; undefined where none is known. */
export function fixOf(error: string): string | undefined {
  for (const [said, fix] of fits) {
    const found = said.exec(error);
    if (found !== null) return fix(found[1] ?? "");
  }
  return undefined;
}

/** The same, also of a statement that stands before what it needs. */
export function fittingFix(step: Step, { steps }: Replay): string | undefined {
  const error = step.error ?? "";
  const known = fixOf(error);
  if (known !== undefined) return known;
  const [, missing] = /^no such (?:table|view): (?:main\.)?(.+)$/.exec(error) ?? [];
  if (missing === undefined) return undefined;
  const maker = steps.find(
    ({ action, index }) => index > step.index && action.kind === "create" && sameName(action.name, missing),
  );
  return maker === undefined
    ? undefined
    : `line ${maker.statement.line} makes ${missing}: put this statement behind it`;
}
