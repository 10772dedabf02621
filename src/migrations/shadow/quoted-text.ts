import type { DatabaseSync } from "node:sqlite";
import type { Action } from "../sql/action.ts";
import { literal } from "../sql/literals.ts";
import { type Token, topLevel } from "../sql/tokens.ts";

/**
 * Names in double quotes that SQLite takes for text, because no column has them: most are mistyped columns. Asked of SQLite
 * itself: a name in backticks is never text, so the statement stops compiling where one resolves to nothing.
 * Not looked at: values of `INSERT … VALUES`, where no column can be meant, and definitions.
 */
export function quotedTexts(
  db: DatabaseSync,
  sql: string,
  action: Action,
  all: readonly Token[],
): readonly string[] {
  const from = firstPlace(action, all);
  if (from === undefined) return [];
  const names = all.slice(from.names).filter(({ kind, start }) => kind === "name" && sql[start] === '"');
  if (names.length === 0 || failure(db, written(sql, from.start, names, new Set(names), asIs)) !== undefined)
    return [];
  const texts = new Set<Token>();
  for (;;) {
    const error = failure(db, written(sql, from.start, names, texts, literal));
    const missing = /^no such column: (.+)$/.exec(error ?? "")?.[1];
    const next = names.find((name) => name.text === missing && !texts.has(name));
    if (next === undefined) return error === undefined ? [...texts].map(({ text }) => text) : [];
    texts.add(next);
  }
}

/** Where the text that is compiled begins, and the first token that may be such a name. */
function firstPlace(
  action: Action,
  all: readonly Token[],
): { readonly start: number; readonly names: number } | undefined {
  switch (action.kind) {
    case "update":
    case "delete":
    case "select":
      return { start: 0, names: 0 };
    case "insert": {
      if (action.select) return { start: 0, names: 0 };
      const upsert = action.upsert ? topLevel(all, "ON") : -1;
      return upsert < 0 ? undefined : { start: 0, names: upsert };
    }
    case "create": {
      const as = action.object === "view" || action.select ? topLevel(all, "AS") : -1;
      return as < 0 ? undefined : { start: all[as + 1]?.start ?? 0, names: as + 1 };
    }
    default:
      return undefined;
  }
}

const asIs = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The statement with some names as texts, and the others in backticks. */
function written(
  sql: string,
  start: number,
  names: readonly Token[],
  texts: ReadonlySet<Token>,
  asText: (text: string) => string,
): string {
  let result = "";
  let copied = start;
  for (const name of names) {
    result += sql.slice(copied, name.start);
    result += texts.has(name) ? asText(name.text) : `\`${name.text.replaceAll("`", "``")}\``;
    copied = name.end;
  }
  return result + sql.slice(copied);
}

function failure(db: DatabaseSync, sql: string): string | undefined {
  try {
    db.prepare(sql);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
