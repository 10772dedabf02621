import { SqlRefused } from "../analytics.ts";

export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "mark";
  /** A string without its quotes, a quoted name without its own; everything else as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["word", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["quoted", /"[^"]*"|`[^`]*`/y],
  ["string", /'(?:[^'\\]|\\.|'')*'/y],
  ["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["mark", /<>|!=|>=|<=|==|\|\||[-+*/%(),.=<>;]/y],
];
const blank = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;

export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    blank.lastIndex = at;
    at = blank.exec(sql) === null ? at : blank.lastIndex;
    if (at >= sql.length) break;
    const start = at;
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = start;
      const [text] = pattern.exec(sql) ?? [];
      if (text === undefined) continue;
      at = start + text.length;
      tokens.push({ kind, text: contentOf(kind, text), start, end: at });
      break;
    }
    if (at === start) throw new SqlRefused(`cannot read ${JSON.stringify(sql.slice(start, start + 20))}`);
  }
  return tokens;
}

function contentOf(kind: Token["kind"], text: string): string {
  if (kind === "quoted") return text.slice(1, -1);
  if (kind !== "string") return text;
  return text.slice(1, -1).replace(/''|\\(.)/g, (_, escaped: string | undefined) => escaped ?? "'");
}
