import { tokens } from "../../../src/migrations/sql/tokens.ts";

/**
 * Whether D1's own splitter would cut this trigger (one whole, well-formed statement) in two. It recognises a body
 * by an upper-case BEGIN, and takes the first END that is followed by a semicolon for the body's. What is known of it
 * is what was reported; see the quirk `d1-trigger-splitting`.
 */
export function cutsTrigger(statement: string): boolean {
  if (!creates.test(statement)) return false;
  const text = withoutLiterals(statement).trimStart();
  if (!/^CREATE\s+(TEMP\s+|TEMPORARY\s+)?TRIGGER\b/i.test(text)) return false;
  if (text.includes("\r\n")) return true;
  if (!/\sBEGIN\s/.test(text)) return true;
  const body = text.slice(text.search(/\sBEGIN\s/) + "BEGIN ".length);
  return bareCase(body);
}

/** Whatever begins otherwise is no trigger, however long it is. */
const creates = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*create\b/i;

/** A CASE outside parentheses: its END looks like the trigger's. */
function bareCase(body: string): boolean {
  let depth = 0;
  for (const [token] of body.matchAll(/[()]|\bCASE\b/gi)) {
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else if (depth === 0) return true;
  }
  return false;
}

/** Strings, quoted names and comments hold no keywords; blanks stay, a line's end as it is written. */
function withoutLiterals(sql: string): string {
  let text = "";
  let at = 0;
  for (const { kind, start, end } of tokens(sql)) {
    text += withoutComments(sql.slice(at, start));
    text += kind === "string" || kind === "name" ? "x" : sql.slice(start, end);
    at = end;
  }
  return text + withoutComments(sql.slice(at));
}

const withoutComments = (between: string): string => between.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, " ");
