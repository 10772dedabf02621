import { UserError } from "../../diagnostic/user-error.ts";
import { type Comment, type Split, split } from "../sql/split.ts";

/** `expand` runs before the code, `contract` after nothing needs the old shape any more. */
export type Phase = "expand" | "contract";
/** How a file travels: one `/query` request, `db.batch()` in a Worker, or D1's bulk import. */
export type Transport = "query" | "migrator" | "import";

/** One rule set aside for one statement, or one refusal of the local engine for one file, with the reason for it. */
export interface Waiver {
  readonly code: string;
  readonly reason: string;
  readonly line: number;
}

/** A query that must be true at the end of the migration, inside its transaction. */
export interface Verification {
  readonly label: string;
  /** One SELECT with one value. */
  readonly sql: string;
  readonly line: number;
}

/** A file that a squashed one stands for. */
export interface Squashed {
  readonly name: string;
  /** `sha256:` and 64 hexadecimal characters: its content when it was squashed. */
  readonly checksum: string;
}

/** What a file's comments ask for. Statements are numbered from 0. */
export interface Directives {
  readonly phase: Phase;
  /** Not opened together with the contract file before it: only when that one is applied, and code was released since. */
  readonly nextRelease: boolean;
  readonly transport: Transport | undefined;
  readonly waivers: ReadonlyMap<number, readonly Waiver[]>;
  readonly dataLoss: ReadonlyMap<number, string>;
  readonly verifications: readonly Verification[];
  readonly overrides: readonly Waiver[];
  /** Why every `REPLACE` of the file may take the place of rows; its code is the rule that it sets aside. */
  readonly replaces: Waiver | undefined;
  /** The files that this one stands for, in their order; none in a file that was written as it is. */
  readonly squashes: readonly Squashed[];
}

/**
 * Reads the `-- d1:…` comments of a file. A comment that starts with `d1:` and is not understood is refused: a mistyped
 * waiver or phase must not pass as prose.
 */
export function fileDirectives(path: string, parts: Split): Directives {
  for (const { text, line } of parts.blockComments) {
    if (/^[\s*]*d1\s*:/im.test(text))
      throw new UserError({
        what: "A directive in a block comment would not be followed",
        where: `${path}:${line}`,
        got: `/* ${text} */`,
        expected: "-- d1:… in a line of its own",
        fix: "write it with two dashes",
      });
  }
  let phase: Phase | undefined;
  let nextRelease: Comment | undefined;
  let transport: Transport | undefined;
  const waivers = new Map<number, Waiver[]>();
  const dataLoss = new Map<number, string>();
  const verifications: Verification[] = [];
  const overrides: Waiver[] = [];
  let replaces: Waiver | undefined;
  const squashes: Squashed[] = [];
  for (const [i, comment] of parts.comments.entries()) {
    const [, word, rest = ""] = /^d1:([a-z-]*)\s*(.*)$/.exec(comment.text) ?? [];
    if (word === undefined) {
      if (/^d1\s*:/i.test(comment.text)) throw unknown(path, comment);
      continue;
    }
    switch (word) {
      case "phase":
        if (phase !== undefined) throw misplaced(path, comment, "one phase a file");
        if (rest !== "expand" && rest !== "contract")
          throw wrong(path, comment, "-- d1:phase expand, or -- d1:phase contract");
        phase = rest;
        break;
      case "next-release":
        if (nextRelease !== undefined) throw misplaced(path, comment, "it once a file");
        if (rest !== "") throw wrong(path, comment, "-- d1:next-release, and nothing behind it");
        nextRelease = comment;
        break;
      case "transport":
        if (transport !== undefined) throw misplaced(path, comment, "one transport a file");
        if (rest !== "query" && rest !== "migrator" && rest !== "import")
          throw wrong(path, comment, "-- d1:transport query, migrator or import");
        transport = rest;
        break;
      case "allow": {
        const target = statementOf(path, parts, comment);
        waivers.set(target, [...(waivers.get(target) ?? []), waiver(path, comment, rest)]);
        break;
      }
      case "data-loss": {
        const reason = /^"([^"]*\S[^"]*)"$/.exec(rest)?.[1];
        if (reason === undefined) throw wrong(path, comment, '-- d1:data-loss "why these rows may go"');
        dataLoss.set(statementOf(path, parts, comment), reason);
        break;
      }
      case "replaces": {
        const reason = /^"([^"]*\S[^"]*)"$/.exec(rest)?.[1];
        if (replaces !== undefined) throw misplaced(path, comment, "one reason a file");
        if (reason === undefined)
          throw wrong(path, comment, '-- d1:replaces "why its rows take the place of others"');
        replaces = { code: "DL4", reason, line: comment.line };
        break;
      }
      case "override":
        overrides.push(waiver(path, comment, rest));
        break;
      case "squashes":
        squashes.push(squashed(path, comment, rest, squashes));
        break;
      case "verify":
        verifications.push(verification(path, parts.comments, i, rest));
        break;
      default:
        throw unknown(path, comment);
    }
  }
  if (nextRelease !== undefined && phase !== "contract")
    throw misplaced(path, nextRelease, "-- d1:phase contract in the same file: nothing else is opened");
  return {
    phase: phase ?? "expand",
    nextRelease: nextRelease !== undefined,
    transport,
    waivers,
    dataLoss,
    verifications,
    overrides,
    replaces,
    squashes,
  };
}

/** The statement a comment belongs to: the one it stands in or above; at the end of a line, the one that ends there. */
function statementOf(path: string, parts: Split, comment: Comment): number {
  const { pieces } = parts;
  if (!comment.alone) {
    const before = pieces.findLastIndex(
      (piece) => piece.end <= comment.start || (piece.start <= comment.start && comment.start < piece.end),
    );
    if (before >= 0) return before;
  }
  const index = pieces.findIndex((piece) => piece.end > comment.start);
  if (index < 0) throw misplaced(path, comment, "a statement below it");
  return index;
}

function waiver(path: string, comment: Comment, rest: string): Waiver {
  const [, code, reason] = /^([A-Z]{1,2}\d+[a-z]?)\s+"([^"]*\S[^"]*)"$/.exec(rest) ?? [];
  if (code === undefined || reason === undefined)
    throw wrong(path, comment, 'a code and a reason in quotes: -- d1:allow DL2 "nothing reads it since v14"');
  return { code, reason, line: comment.line };
}

function squashed(path: string, comment: Comment, rest: string, before: readonly Squashed[]): Squashed {
  const [, name, checksum] = /^(\S+\.sql) (sha256:[0-9a-f]{64})$/i.exec(rest) ?? [];
  if (name === undefined || checksum === undefined)
    throw wrong(path, comment, "-- d1:squashes NNNN_name.sql sha256:…, as db squash writes it");
  if (before.some((one) => one.name === name)) throw misplaced(path, comment, `${name} once`);
  return { name, checksum };
}

/** The comment lines right below the heading are its query, up to the first line that is no comment, or an empty one. */
function verification(
  path: string,
  comments: readonly Comment[],
  heading: number,
  label: string,
): Verification {
  const first = comments[heading];
  if (first === undefined) throw new Error("a verification without its heading");
  if (!/\S/.test(label)) throw wrong(path, first, "-- d1:verify and a label that says what must be true");
  const lines: string[] = [];
  for (let i = heading + 1; i < comments.length; i++) {
    const comment = comments[i];
    if (comment === undefined || comment.line !== first.line + 1 + lines.length || !comment.alone) break;
    if (comment.text === "" || comment.text.startsWith("d1:")) break;
    lines.push(comment.text);
  }
  const parts = split(lines.join("\n"));
  const [piece, ...more] = parts.pieces;
  if (
    piece === undefined ||
    more.length > 0 ||
    parts.unterminated !== undefined ||
    !/^(select|with|values)\b/i.test(piece.sql)
  ) {
    throw misplaced(path, first, "one SELECT in the comment lines right below, true (1) when all is well");
  }
  return { label, sql: piece.sql, line: first.line };
}

const diagnostic = (path: string, comment: Comment, what: string, expected: string, fix: string): UserError =>
  new UserError({ what, where: `${path}:${comment.line}`, got: `-- ${comment.text}`, expected, fix });

const wrong = (path: string, comment: Comment, expected: string): UserError =>
  diagnostic(path, comment, "The directive is not complete", expected, "write it as expected");

const misplaced = (path: string, comment: Comment, expected: string): UserError =>
  diagnostic(
    path,
    comment,
    "The directive does not stand where it could mean something",
    expected,
    "move or complete it",
  );

const unknown = (path: string, comment: Comment): UserError =>
  diagnostic(
    path,
    comment,
    "There is no such directive",
    "-- d1:phase, d1:next-release, d1:transport, d1:allow, d1:data-loss, d1:replaces, d1:squashes, d1:verify or d1:override",
    "correct the word, or write the comment without d1: at its start",
  );
