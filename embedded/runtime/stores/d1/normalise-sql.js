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
    if (isLiteral(sql, at)) tokens.push("?");
    else if (!isBlank(sql, at)) tokens.push(sql.slice(at, end));
    else if (tokens.length > 0 && tokens.at(-1) !== " ") tokens.push(" ");
    at = end;
  }
  while (tokens.at(-1) === ";" || tokens.at(-1) === " ") tokens.pop();
  return { sql: tokens.join(""), readOnly: readsOnly(tokens) };
}

/**
 * Whether a statement surely writes nothing; of most that write, their first word says so.
 * @param {string} sql
 * @returns {boolean}
 */
export function isReadOnly(sql) {
  for (let at = 0, end; at < sql.length; at = end) {
    end = tokenEnd(sql, at);
    if (isLiteral(sql, at) || isBlank(sql, at) || !/\w/.test(sql[at])) continue;
    if (!mayRead(sql.slice(at, end).toUpperCase())) return false;
    break;
  }
  return normaliseSql(sql).readOnly;
}

const mayRead = (word) => readers.has(word) || word === "WITH";

function readsOnly(tokens) {
  const first = tokens.find(isWord)?.toUpperCase() ?? "";
  if (!mayRead(first) || tokens.includes(";")) return false; // several statements in one text: look no further
  if (first !== "PRAGMA" && first !== "WITH") return true;
  const words = tokens.filter(isWord).map((t) => t.toUpperCase());
  if (first === "PRAGMA") return !tokens.includes("=") && words[1] !== "OPTIMIZE";
  return !words.some((w) => w === "INSERT" || w === "UPDATE" || w === "DELETE" || w === "REPLACE");
}

const isWord = (token) => /^\w/.test(token);

// By number and not by expression, character by character: a restore's statements are a hundred thousand characters long.
function tokenEnd(sql, at) {
  const code = sql.charCodeAt(at);
  if (isSpace(code)) return run(sql, at, isSpace);
  const next = sql.charCodeAt(at + 1);
  if (isDigit(code) || (code === 46 && isDigit(next))) return numberEnd(sql, at);
  const c = sql[at];
  if (c === "'" || c === '"' || c === "`") return quoted(sql, at, c);
  if ((c === "x" || c === "X") && next === 39) return quoted(sql, at + 1, "'");
  if (isLetter(code)) return run(sql, at, isOfName);
  if (c === "-" && next === 45) return after(sql, sql.indexOf("\n", at), 1);
  if (c === "/" && next === 42) return after(sql, sql.indexOf("*/", at + 2), 2);
  if (c === "[") return after(sql, sql.indexOf("]", at), 1);
  if (c === "?" || c === ":" || c === "@" || c === "$") return run(sql, at + 1, isOfParameter);
  return at + 1;
}

const isDigit = (code) => code >= 48 && code <= 57;
const isAscii = (code) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
const isSpace = (code) =>
  code < 128 ? code === 32 || (code >= 9 && code <= 13) : code >= 128 && /\s/.test(String.fromCharCode(code));
const isLetter = (code) => isAscii(code) || code >= 128;
const isOfName = (code) => isLetter(code) || isDigit(code) || code === 36;
const isOfParameter = (code) => isAscii(code) || isDigit(code) || code === 36;

function numberEnd(sql, at) {
  let end = at;
  while (isDigit(sql.charCodeAt(end))) end++;
  if (end > at && !/[\w.]/.test(sql[end] ?? "")) return end;
  const match = /^(0[xX][0-9a-fA-F_]+|[0-9_]*\.?[0-9_]*([eE][+-]?[0-9]+)?)/.exec(sql.slice(at, at + 80));
  return at + Math.max(1, match?.[0].length ?? 1);
}

function run(sql, at, allowed) {
  let end = at;
  while (end < sql.length && allowed(sql.charCodeAt(end))) end++;
  return end;
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
const isBlank = (sql, at) =>
  isSpace(sql.charCodeAt(at)) || sql.startsWith("--", at) || sql.startsWith("/*", at);

function isLiteral(sql, at) {
  const code = sql.charCodeAt(at);
  if (code === 39 || isDigit(code)) return true;
  const next = sql.charCodeAt(at + 1);
  return ((code === 120 || code === 88) && next === 39) || (code === 46 && isDigit(next));
}
