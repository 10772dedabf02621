import { type Token, tokens, within } from "../migrations/sql/tokens.ts";
import type { Text } from "./values/text.ts";

/** A text with its holes filled. */
export interface Filled {
  readonly sql: string;
  /** How the code says what was filled and may be more than values. */
  readonly unresolved: readonly string[];
}

/** Fills the holes of a text: where only values can stand, a value; anywhere else a `?` that is no proof of anything. */
export function filled(text: Text): Filled {
  let sql = "";
  const unresolved: string[] = [];
  for (const part of text) {
    if (part.kind === "text") {
      sql += part.text;
      continue;
    }
    const place = placeAfter(sql);
    if (place.kind === "list")
      sql += Array.from({ length: place.missing }, () => part.sample ?? "?").join(", ");
    else sql += part.sample ?? (place.kind === "text" ? "0" : "?");
    if (place.kind === "anything" && part.sample === undefined) unresolved.push(part.code);
  }
  return { sql, unresolved };
}

type Place =
  | { readonly kind: "text" }
  | { readonly kind: "value" }
  /** In the list of an `INSERT`, which has so many columns more. */
  | { readonly kind: "list"; readonly missing: number }
  | { readonly kind: "anything" };

function placeAfter(sql: string): Place {
  if (isInText(sql)) return { kind: "text" };
  const all = tokens(sql);
  const last = all.at(-1);
  if (last?.keyword === "LIMIT" || last?.keyword === "OFFSET") return { kind: "value" };
  const depth = last === undefined ? 0 : last.text === "(" ? last.depth + 1 : last.depth;
  if (depth === 0 || last === undefined || (last.text !== "(" && last.text !== ","))
    return { kind: "anything" };
  const open = all.findLastIndex(
    (token) => token.text === "(" && token.kind === "sign" && token.depth === depth - 1,
  );
  const before = all[open - 1];
  if (before?.keyword === "IN") return { kind: "value" };
  if (before?.keyword !== "VALUES") return { kind: "anything" };
  const given = all.slice(open + 1).filter((token) => token.text === "," && token.depth === depth).length;
  return { kind: "list", missing: Math.max(1, columnsBefore(all, open - 1) - given) };
}

/** Whether a text ends inside quotes of a string. */
function isInText(sql: string): boolean {
  const end = "'";
  const all = tokens(`${sql}${end}`);
  const last = all.at(-1);
  return last?.kind === "string" && last.end === sql.length + 1 && last.start < sql.length;
}

/** How many columns are named before VALUES. */
function columnsBefore(all: readonly Token[], values: number): number {
  if (all[values - 1]?.text !== ")") return 1;
  const open = all.findLastIndex(
    (token, i) => i < values && token.text === "(" && token.depth === all[values - 1]?.depth,
  );
  return within(all, open).filter((token) => token.text === ",").length + 1;
}
