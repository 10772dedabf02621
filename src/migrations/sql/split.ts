/** One statement of a file: from its first to its last token, without the semicolon and without comments around it. */
export interface Piece {
  readonly sql: string;
  /** Offset of the first token, in UTF-16 units. */
  readonly start: number;
  /** Offset just after the semicolon, or the end of the text. */
  readonly end: number;
  /** 1 is the first line. */
  readonly line: number;
}

/** A comment, without its marks and trimmed, for the directives in it. */
export interface Comment {
  readonly text: string;
  readonly start: number;
  readonly line: number;
  /** True when nothing but blanks stands before it on its line. */
  readonly alone: boolean;
}

export interface Split {
  readonly pieces: readonly Piece[];
  /** `-- …` */
  readonly comments: readonly Comment[];
  /** Those between slashes and stars, in which no directive is followed. */
  readonly blockComments: readonly Comment[];
  /** A string, a quoted name or a block comment that never ends: the text cannot be trusted. */
  readonly unterminated: { readonly what: string; readonly line: number } | undefined;
}

type Token = "semi" | "blank" | "other" | "explain" | "create" | "temp" | "trigger" | "end";
const column: Record<Token, number> = {
  semi: 0,
  blank: 1,
  other: 2,
  explain: 3,
  create: 4,
  temp: 5,
  trigger: 6,
  end: 7,
};

/** The automaton of SQLite's `sqlite3_complete()`: a trigger ends only at `; END ;`. */
const start = 1;
const ordinary = 2;
const automaton: readonly (readonly number[])[] = [
  [1, 0, 2, 3, 4, 2, 2, 2], // 0 nothing yet
  [1, 1, 2, 3, 4, 2, 2, 2], // 1 start of a statement
  [1, 2, 2, 2, 2, 2, 2, 2], // 2 an ordinary statement
  [1, 3, 3, 2, 4, 2, 2, 2], // 3 after EXPLAIN
  [1, 4, 2, 2, 2, 4, 5, 2], // 4 after CREATE
  [6, 5, 5, 5, 5, 5, 5, 5], // 5 in a trigger
  [6, 6, 5, 5, 5, 5, 5, 7], // 6 after a semicolon in a trigger
  [1, 7, 5, 5, 5, 5, 5, 5], // 7 after "; END" in a trigger
];

const keywords: Readonly<Record<string, Token>> = {
  explain: "explain",
  create: "create",
  temp: "temp",
  temporary: "temp",
  trigger: "trigger",
  end: "end",
};

/** Whether a UTF-16 unit is of a name as SQLite sees it: letters, digits, `_`, `$` and everything beyond ASCII. By number: a restore has millions of them. */
const isName = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  code === 95 ||
  code === 36 ||
  code >= 128;
/** Where nothing of an ordinary statement begins that could end it, or hide its end. */
const isPlain = (code: number): boolean =>
  code > 47
    ? code !== 59 && code !== 91 && code !== 96
    : code > 32 && code !== 34 && code !== 39 && code !== 45 && code !== 47;
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13 && code !== 11);
const longestKeyword = Math.max(...Object.keys(keywords).map((word) => word.length));

/**
 * Splits SQL text without knowing the schema. It has a lexer of its own, coarser than `tokens`: this text nobody has parsed yet, so that what never
 * ends has to be found, and comments are kept for the directives in them. The shadow's own parser must come to the same pieces (`preparedPieces`).
 */
export function split(text: string): Split {
  const pieces: Piece[] = [];
  const comments: Comment[] = [];
  const blockComments: Comment[] = [];
  let unterminated: Split["unterminated"];
  let state = start;
  let first = -1;
  let last = 0;
  let line = 1;
  let firstLine = 1;
  let at = 0;
  let newline = text.indexOf("\n");
  const finish = (end: number): void => {
    if (first >= 0) pieces.push({ sql: text.slice(first, last), start: first, end, line: firstLine });
    first = -1;
  };
  while (at < text.length) {
    const from = at;
    const token = next();
    state = automaton[state]?.[column[token]] ?? start;
    if (token === "semi" && state === start) finish(at);
    else if (token !== "blank") {
      if (first < 0 && token !== "semi") {
        first = from;
        firstLine = line;
      }
      last = at;
    }
    line += newlinesBefore(at);
  }
  finish(text.length);
  return { pieces, comments, blockComments, unterminated };

  function next(): Token {
    const code = text.charCodeAt(at);
    if (state === ordinary && isPlain(code)) return ended(run(isPlain), "other");
    if (isName(code)) {
      const end = run(isName);
      const isShort = end - at <= longestKeyword;
      return ended(end, (isShort ? keywords[text.slice(at, end).toLowerCase()] : undefined) ?? "other");
    }
    if (isBlank(code)) return ended(run(isBlank), "blank");
    const c = text.charAt(at);
    if (c === ";") return ended(at + 1, "semi");
    if (c === "-" && text.charAt(at + 1) === "-") {
      const stop = text.indexOf("\n", at);
      const end = stop < 0 ? text.length : stop;
      comments.push(comment(text.slice(at + 2, end)));
      return ended(end, "blank");
    }
    if (c === "/" && text.charAt(at + 1) === "*") {
      const stop = text.indexOf("*/", at + 2);
      blockComments.push(comment(text.slice(at + 2, stop < 0 ? text.length : stop)));
      return until("*/", at + 2, "a block comment", "blank");
    }
    if (c === "[") return until("]", at + 1, "a name in brackets", "other");
    if (c === "'") return until("'", at + 1, "a string", "other");
    if (c === '"' || c === "`") return until(c, at + 1, "a quoted name", "other");
    return ended(at + 1, "other");
  }

  function comment(said: string): Comment {
    const before = text.slice(text.lastIndexOf("\n", at) + 1, at);
    return { text: said.trim(), start: at, line, alone: before.trim() === "" };
  }

  function run(isOne: (code: number) => boolean): number {
    let end = at + 1;
    while (end < text.length && isOne(text.charCodeAt(end))) end++;
    return end;
  }

  function until(closing: string, from: number, what: string, token: Token): Token {
    const stop = text.indexOf(closing, from);
    if (stop < 0) unterminated ??= { what, line };
    return ended(stop < 0 ? text.length : stop + closing.length, token);
  }

  function ended(end: number, token: Token): Token {
    at = end;
    return token;
  }

  /** Looks at every line end once, so that a file of one long line stays linear. */
  function newlinesBefore(to: number): number {
    let count = 0;
    for (; newline >= 0 && newline < to; newline = text.indexOf("\n", newline + 1)) count++;
    return count;
  }
}
