// Plain JavaScript, with a lexer of its own: it runs in workerd (the gate) as well as in Node, and src/migrations/sql/tokens.ts is TypeScript, which
// workerd does not read. It also has to go through text that SQLite has not parsed yet, and keeps blanks, which the other leaves out.

const readers = new Set(["SELECT", "EXPLAIN", "VALUES", "PRAGMA"]);

/**
 * Two statements that differ only in literals, comments or white space become one text: literals are `?`, white space one blank.
 * Names keep their case and quotes. `readOnly` is true only when the statement surely writes nothing.
 * @param {string} sql
 * @returns {{ sql: string, readOnly: boolean }}
 */
export function normaliseSql(sql) {
  const tokens = [];
  const length = sql.length;
  let at = 0;
  while (at < length) {
    const end = tokenEnd(sql, at);
    const text = sql.slice(at, end);
    if (!isBlank(text)) tokens.push(literal(text) ? "?" : text);
    else if (tokens.length > 0 && tokens.at(-1) !== " ") tokens.push(" ");
    at = end;
  }
  while (tokens.at(-1) === ";" || tokens.at(-1) === " ") tokens.pop();
  return { sql: tokens.join(""), readOnly: readsOnly(tokens) };
}

function readsOnly(tokens) {
  const words = tokens.filter((t) => /^\w/.test(t)).map((t) => t.toUpperCase());
  if (tokens.includes(";")) return false; // several statements in one text: look no further
  if (words[0] === "PRAGMA") return !tokens.includes("=") && words[1] !== "OPTIMIZE";
  if (words[0] === "WITH")
    return !words.some((w) => w === "INSERT" || w === "UPDATE" || w === "DELETE" || w === "REPLACE");
  return readers.has(words[0] ?? "");
}

function tokenEnd(sql, at) {
  const c = sql[at];
  if (/\s/.test(c)) return run(sql, at, /\s/);
  if (c === "-" && sql[at + 1] === "-") return after(sql, sql.indexOf("\n", at), 1);
  if (c === "/" && sql[at + 1] === "*") return after(sql, sql.indexOf("*/", at + 2), 2);
  if (c === "[") return after(sql, sql.indexOf("]", at), 1);
  if (c === "'" || c === '"' || c === "`") return quoted(sql, at, c);
  if ((c === "x" || c === "X") && sql[at + 1] === "'") return quoted(sql, at + 1, "'");
  if (/[0-9]/.test(c) || (c === "." && /[0-9]/.test(sql[at + 1] ?? ""))) return numberEnd(sql, at);
  if (/[A-Za-z_\u0080-\uffff]/.test(c)) return run(sql, at, /[\w$\u0080-\uffff]/);
  if (c === "?" || c === ":" || c === "@" || c === "$") return run(sql, at + 1, /[\w$]/);
  return at + 1;
}

function numberEnd(sql, at) {
  const match = /^(0[xX][0-9a-fA-F_]+|[0-9_]*\.?[0-9_]*([eE][+-]?[0-9]+)?)/.exec(sql.slice(at, at + 80));
  return at + Math.max(1, match?.[0].length ?? 1);
}

function run(sql, at, allowed) {
  let end = at;
  while (end < sql.length && allowed.test(sql[end])) end++;
  return Math.max(end, at);
}

function quoted(sql, at, quote) {
  let end = at + 1;
  for (;;) {
    end = sql.indexOf(quote, end);
    if (end < 0) return sql.length;
    if (sql[end + 1] !== quote) return end + 1;
    end += 2;
  }
}

const after = (sql, found, width) => (found < 0 ? sql.length : found + width);
const isBlank = (text) => /^\s/.test(text) || text.startsWith("--") || text.startsWith("/*");
const literal = (text) => /^([xX]?'|[0-9]|\.[0-9])/.test(text);
