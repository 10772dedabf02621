import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { checksum } from "../sql/checksum.ts";
import { split } from "../sql/split.ts";
import {
  type Directives,
  fileDirectives,
  type Phase,
  type Squashed,
  type Transport,
  type Verification,
  type Waiver,
} from "./directives.ts";
import { isReadable, migrationNames, numberOf } from "./names.ts";

/** One statement of a migration file. */
export interface Statement {
  /** Without comments around it and without its semicolon. */
  readonly sql: string;
  /** 1 is the first line of the file. */
  readonly line: number;
  readonly waivers: readonly Waiver[];
  /** Why rows or values that this statement throws away may go (`-- d1:data-loss "reason"`). */
  readonly dataLoss: string | undefined;
}

/** One file of a migrations folder, read and found whole. */
export interface MigrationFile {
  /** What the ledger calls it, as wrangler does: `0001_create_notes.sql`, or `0001_init/migration.sql`. */
  readonly name: string;
  /** What its name begins with; undefined for one that begins with no digit. */
  readonly number: number | undefined;
  /** Where it is, for messages: `migrations/dome/silo/0001_create_notes.sql`. */
  readonly path: string;
  /** `sha256:` and 64 hexadecimal characters, of the file's bytes. */
  readonly checksum: string;
  readonly phase: Phase;
  /** Not opened together with the contract file before it. */
  readonly nextRelease: boolean;
  /** Asked for by the file's header; undefined leaves the choice to the plan. */
  readonly transport: Transport | undefined;
  readonly statements: readonly Statement[];
  readonly verifications: readonly Verification[];
  /** Refusals of the local engine that the file's author takes responsibility for. */
  readonly overrides: readonly Waiver[];
  /** Why every `REPLACE` of the file may take the place of rows. */
  readonly replaces: Waiver | undefined;
  /** The files that this one stands for, in their order: it is what `db squash` made of them. */
  readonly squashes: readonly Squashed[];
  readonly sizeBytes: number;
}

/** All migration files of a folder, in order. Throws where there is none, or where a `.sql` file lies that nothing reads. */
export function readFolder(folder: string): readonly MigrationFile[] {
  return migrationNames(folder).map((name) =>
    readMigration(name, join(folder, name), readFileSync(join(folder, name))),
  );
}

/** Reads one file's bytes; every refusal says file and line. */
export function readMigration(name: string, path: string, bytes: Uint8Array): MigrationFile {
  if (!isReadable(name))
    throw refusal(
      path,
      0,
      `the name ${JSON.stringify(name)}`,
      "a name without spaces: a line of the chain file ends where a space stands",
      "rename the file: 0001_create_notes.sql",
    );
  const text = decode(path, bytes);
  const parts = split(text);
  if (parts.unterminated !== undefined) {
    const { what, line } = parts.unterminated;
    throw refusal(
      path,
      line,
      `${what} that never ends`,
      "a closing mark",
      "close it: an open end swallows whatever follows the file, the ledger's own statement too",
    );
  }
  const directives: Directives = fileDirectives(path, parts);
  return {
    name,
    number: numberOf(name),
    path,
    checksum: checksum(bytes),
    phase: directives.phase,
    nextRelease: directives.nextRelease,
    transport: directives.transport,
    statements: parts.pieces.map((piece, i) => ({
      sql: piece.sql,
      line: piece.line,
      waivers: directives.waivers.get(i) ?? [],
      dataLoss: directives.dataLoss.get(i),
    })),
    verifications: directives.verifications,
    overrides: directives.overrides,
    replaces: directives.replaces,
    squashes: directives.squashes,
    sizeBytes: bytes.byteLength,
  };
}

function decode(path: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refusal(
      path,
      lineOfBadUtf8(bytes),
      "bytes that are not UTF-8 (a lone surrogate, or another encoding)",
      "UTF-8",
      "save the file as UTF-8",
    );
  }
  const bad = /[\uFEFF\0\r]/.exec(text);
  if (bad === null) return text;
  const line = text.slice(0, bad.index).split("\n").length;
  switch (bad[0]) {
    case "\uFEFF":
      throw refusal(
        path,
        line,
        "a byte order mark (U+FEFF)",
        "plain UTF-8",
        "save the file without a byte order mark",
      );
    case "\0":
      throw refusal(
        path,
        line,
        "a NUL byte",
        "text",
        "remove it: SQLite ends the statement there and drops the rest",
      );
    default:
      throw refusal(
        path,
        line,
        "a carriage return (CR)",
        "lines that end in LF",
        "convert the file (sed -i 's/\\r$//') and keep it so: *.sql text eol=lf in .gitattributes",
      );
  }
}

function lineOfBadUtf8(bytes: Uint8Array): number {
  let line = 1;
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let from = 0;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 10) continue;
    try {
      strict.decode(bytes.subarray(from, i));
    } catch {
      return line;
    }
    from = i + 1;
    line++;
  }
  return line;
}

/** A diagnostic about one line of a file; line 0 is the file as a whole. */
export const refusal = (path: string, line: number, got: string, expected: string, fix: string): UserError =>
  new UserError({
    what: "The migration cannot be read",
    where: line === 0 ? path : `${path}:${line}`,
    got,
    expected,
    fix,
  });
