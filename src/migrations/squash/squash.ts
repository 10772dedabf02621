import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { blocking, lint } from "../lint/lint.ts";
import { openStage } from "../shadow/replay.ts";
import { otherContents, otherRows } from "./compare.ts";
import { type Contents, make } from "./contents.ts";
import { statementsFor } from "./statements.ts";

/** Two moments that no migration was written at: what differs between them is no file's, but the clock's or chance's. */
const moments = ["2001-02-03 04:05:06", "2098-12-27 15:46:57"] as const;

/** What a squash is made of. */
export interface SquashRequest {
  /** All files from the first on that are to be one. */
  readonly files: readonly MigrationFile[];
  /** `0007_squashed.sql`. */
  readonly name: string;
  /** Where it is to be: `migrations/dome/silo/0007_squashed.sql`. */
  readonly path: string;
  /** `2026-11-30`. */
  readonly date: string;
}

/**
 * The text of one file that makes exactly what several files make: seen by replaying both on SQLite, at two moments, and comparing
 * schema, rows, counters and search indexes. Throws UserError where it would not.
 */
export function squash(request: SquashRequest): string {
  const { files, path } = request;
  const [first, second] = moments.map((moment) => madeBy(files, path, moment));
  if (first === undefined || second === undefined) throw new Error("there are two moments");
  const text = textOf(request, statementsFor(first, second));
  const file = readMigration(request.name, path, new TextEncoder().encode(text));
  for (const [i, old] of [first, second].entries()) {
    const now = madeBy([file], path, moments[i] ?? "");
    const other = otherContents(old, now);
    if (other.length > 0) throw notTheSame(path, other, unsteady(first, second));
  }
  refuseUnlinted(file);
  return text;
}

function madeBy(files: readonly MigrationFile[], path: string, moment: string): Contents {
  const made = make(
    files.map(({ statements }) => statements),
    moment,
  );
  if (made.kind === "contents") return made.contents;
  const file = files[made.file];
  const isOurs = file?.path === path;
  throw new UserError({
    what: isOurs
      ? "The squashed file would not run, so nothing was squashed"
      : `${file?.name ?? ""} does not run on an empty database, so nothing was squashed`,
    where: `${file?.path ?? ""}:${made.line}`,
    got: isOurs
      ? `${made.message}: ${file?.statements.find(({ line }) => line === made.line)?.sql ?? ""}`
      : made.message,
    expected: "files that make a new database",
    fix: isOurs
      ? "what the old files make cannot be written as one file: squash through a file before the one that makes it (--through)"
      : "squash through a file before it (--through), or mend the past: a new database needs each file to run",
  });
}

/** Which values are other ones at another moment. */
const unsteady = (first: Contents, second: Contents): readonly string[] =>
  first.tables.flatMap((held, i) => {
    const other = second.tables[i];
    return other === undefined ? [] : otherRows(held, other);
  });

function notTheSame(path: string, other: readonly string[], unsteadily: readonly string[]): UserError {
  const isUnsteady = unsteadily.length > 0;
  const lines = (isUnsteady ? unsteadily : other).map((line) => `\n    ${line}`).join("");
  return new UserError({
    what: isUnsteady
      ? "The old files write values of the clock or of chance, so that no file can make the same rows; nothing was squashed"
      : "The squashed file would not make what the old files make; nothing was squashed",
    where: path,
    got: lines,
    expected: "the same schema, rows, counts and search indexes, at any time",
    fix: isUnsteady
      ? "squash through a file before the one that writes them (--through)"
      : "squash through a file before the one that makes the difference (--through)",
  });
}

/** What the linter would refuse has no place in a folder. */
function refuseUnlinted(file: MigrationFile): void {
  const stage = openStage([]);
  try {
    const found = blocking(lint(stage.replay(file), { isNew: true }));
    const [first, ...others] = found.map(
      ({ code, message, line }): Diagnostic => ({
        what: `The squashed file would be refused by the linter (${code}); nothing was squashed`,
        where: `${file.path}:${line}`,
        got: message,
        expected: "a file without errors",
        fix: "squash through a file before the one that makes it (--through)",
      }),
    );
    if (first !== undefined) throw new UserError(first, { others });
  } finally {
    stage.close();
  }
}

const rule = "-- ============================================";

function textOf({ files, date }: SquashRequest, statements: readonly string[]): string {
  const through = files.length === 1 ? "" : ` … ${files.at(-1)?.name ?? ""}`;
  return [
    rule,
    `-- ${files.length} migrations as one: ${files[0]?.name ?? ""}${through}`,
    `-- Squashed: ${date}`,
    "-- A new database runs this file. Where the files below are applied, the next up puts its row in the place",
    "-- of theirs, and runs nothing. Their text is in git, in the commit before this file.",
    rule,
    ...files.map(({ name, checksum }) => `-- d1:squashes ${name} ${checksum}`),
    "",
    ...statements.flatMap((sql) => [`${sql};`, ""]),
  ].join("\n");
}
