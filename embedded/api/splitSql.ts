const words: Readonly<Record<string, Token>> = {
  explain: 3,
  create: 4,
  temp: 5,
  temporary: 5,
  trigger: 6,
  end: 7,
};

/** ; · white space and comments · anything else · EXPLAIN · CREATE · TEMP · TRIGGER · END */
type Token = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** SQLite's own rule for where a statement ends (`sqlite3_complete`): a state a row, the next state a token. */
const next: readonly (readonly number[])[] = [
  [1, 0, 2, 3, 4, 2, 2, 2], // 0 invalid
  [1, 1, 2, 3, 4, 2, 2, 2], // 1 start
  [1, 2, 2, 2, 2, 2, 2, 2], // 2 in a statement
  [1, 3, 3, 2, 4, 2, 2, 2], // 3 after EXPLAIN
  [1, 4, 2, 2, 2, 4, 5, 2], // 4 after CREATE
  [6, 5, 5, 5, 5, 5, 5, 5], // 5 in a trigger
  [6, 6, 5, 5, 5, 5, 5, 7], // 6 after a ; in a trigger
  [1, 7, 5, 5, 5, 5, 5, 5], // 7 after its END
];

/** The statements of a text exactly as SQLite would separate them; comments and empty statements between them vanish. */
export function splitSql(sql: string): readonly string[] {
  const statements: string[] = [];
  let state = 1;
  let start = 0;
  let real = false;
  const push = (end: number): void => {
    if (real) statements.push(sql.slice(start, end).trim());
    start = end;
    real = false;
  };
  for (const { token, end } of tokens(sql)) {
    if (token > 1) real = true;
    state = next[state]?.[token] ?? 0;
    if (token === 0 && state === 1) push(end);
  }
  push(sql.length);
  return statements;
}

function* tokens(sql: string): Generator<{ readonly token: Token; readonly end: number }> {
  for (let at = 0; at < sql.length; ) {
    const end = tokenEnd(sql, at);
    yield { token: tokenOf(sql.slice(at, Math.min(end, at + 12))), end };
    at = end;
  }
}

function tokenOf(text: string): Token {
  if (text === ";") return 0;
  if (/^(\s|--|\/\*)/.test(text)) return 1;
  return words[text.toLowerCase()] ?? 2;
}

const word = /[\w$\u0080-\uffff]+/y;
const blank = /\s+/y;

function tokenEnd(sql: string, at: number): number {
  const c = sql[at] ?? "";
  const pair = sql.slice(at, at + 2);
  if (pair === "--") return endOf(sql.indexOf("\n", at), 1, sql);
  if (pair === "/*") return endOf(sql.indexOf("*/", at + 2), 2, sql);
  if (c === "[") return endOf(sql.indexOf("]", at), 1, sql);
  if (c === "'" || c === '"' || c === "`") return quotedEnd(sql, at, c);
  for (const run of [blank, word]) {
    run.lastIndex = at;
    if (run.test(sql)) return run.lastIndex;
  }
  return at + 1;
}

const endOf = (found: number, width: number, sql: string): number => (found < 0 ? sql.length : found + width);

function quotedEnd(sql: string, at: number, quote: string): number {
  let end = at + 1;
  for (;;) {
    end = sql.indexOf(quote, end);
    if (end < 0) return sql.length;
    if (sql[end + 1] !== quote) return end + 1;
    end += 2; // a doubled quote stands for one
  }
}
