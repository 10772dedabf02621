import { type Token, tokens } from "./tokens.ts";

/** What a statement sets out to do, read from its text: also known when SQLite refuses it. */
export type Action =
  | {
      readonly kind: "create";
      readonly object: ObjectKind;
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly unique: boolean;
      readonly select: boolean;
    }
  | { readonly kind: "drop"; readonly object: ObjectKind; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "addColumn"; readonly table: string; readonly column: string }
  | { readonly kind: "dropColumn"; readonly table: string; readonly column: string }
  | { readonly kind: "renameColumn"; readonly table: string; readonly column: string; readonly to: string }
  | { readonly kind: "renameTable"; readonly table: string; readonly to: string }
  | { readonly kind: "alterOther"; readonly table: string }
  | {
      readonly kind: "insert";
      readonly table: string;
      readonly conflict: string;
      readonly select: boolean;
      readonly upsert: boolean;
    }
  | { readonly kind: "update"; readonly table: string; readonly conflict: string }
  | { readonly kind: "delete"; readonly table: string }
  | { readonly kind: "pragma"; readonly name: string; readonly argument: string }
  | { readonly kind: "select" }
  | { readonly kind: "other"; readonly word: string };

export type ObjectKind = "table" | "index" | "view" | "trigger" | "virtual table";

/** A statement's text with what it does. */
export interface Parsed {
  readonly action: Action;
  readonly tokens: readonly Token[];
}

/** Reads what a statement does. */
export function parse(sql: string): Parsed {
  const all = tokens(sql);
  return { action: action(cursorOver(all), all), tokens: all };
}

/** A place in the tokens, and what can be asked there. */
interface Cursor {
  at: number;
  /** Steps over the keywords when all of them come next. */
  readonly takes: (...keywords: readonly string[]) => boolean;
  readonly word: () => string;
  /** A name, with a database's name before it left out. */
  readonly name: () => string;
}

function cursorOver(all: readonly Token[]): Cursor {
  const cursor: Cursor = {
    at: 0,
    takes: (...keywords) => {
      const matches = keywords.every((keyword, i) => all[cursor.at + i]?.keyword === keyword);
      if (matches) cursor.at += keywords.length;
      return matches;
    },
    word: () => all[cursor.at++]?.keyword ?? "",
    name: () => {
      const first = nameAt(all[cursor.at++]);
      if (all[cursor.at]?.text !== ".") return first;
      cursor.at++;
      return nameAt(all[cursor.at++]);
    },
  };
  return cursor;
}

/** The name that a token is; a string in the place of a name is a name to SQLite. */
export const nameAt = (token: Token | undefined): string => {
  if (token === undefined) return "";
  return token.kind === "string" ? token.text.slice(1, -1).replaceAll("''", "'") : token.text;
};

function action(cursor: Cursor, all: readonly Token[]): Action {
  if (cursor.takes("EXPLAIN")) return { kind: "other", word: "EXPLAIN" };
  if (cursor.takes("WITH")) {
    const verb = all.findIndex(
      (token, i) =>
        i > 0 &&
        token.depth === 0 &&
        ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "VALUES"].includes(token.keyword),
    );
    if (verb > 0) cursor.at = verb;
  }
  const word = cursor.word();
  switch (word) {
    case "CREATE":
      return create(cursor, all);
    case "DROP": {
      const object = objectKind(cursor.word());
      if (object === undefined) return { kind: "other", word };
      const ifExists = cursor.takes("IF", "EXISTS");
      return { kind: "drop", object, name: cursor.name(), ifExists };
    }
    case "ALTER":
      return alter(cursor, all);
    case "INSERT":
    case "REPLACE": {
      const conflict = word === "REPLACE" ? "REPLACE" : cursor.takes("OR") ? cursor.word() : "";
      cursor.takes("INTO");
      const table = cursor.name();
      const rest = all.slice(cursor.at).filter((token) => token.depth === 0);
      const select = rest.some((token) => token.keyword === "SELECT" || token.keyword === "WITH");
      const upsert = rest.some((token, i) => token.keyword === "ON" && rest[i + 1]?.keyword === "CONFLICT");
      return { kind: "insert", table, conflict, select, upsert };
    }
    case "UPDATE": {
      const conflict = cursor.takes("OR") ? cursor.word() : "";
      return { kind: "update", table: cursor.name(), conflict };
    }
    case "DELETE":
      cursor.takes("FROM");
      return { kind: "delete", table: cursor.name() };
    case "PRAGMA": {
      const name = cursor.name().toLowerCase();
      return {
        kind: "pragma",
        name,
        argument: all
          .slice(cursor.at + 1)
          .filter((token) => token.text !== ")")
          .map((token) => token.text)
          .join(""),
      };
    }
    case "SELECT":
    case "VALUES":
      return { kind: "select" };
    default:
      return { kind: "other", word };
  }
}

function create(cursor: Cursor, all: readonly Token[]): Action {
  cursor.takes("TEMP");
  cursor.takes("TEMPORARY");
  const unique = cursor.takes("UNIQUE");
  const virtual = cursor.takes("VIRTUAL");
  const object = objectKind(cursor.word());
  if (object === undefined) return { kind: "other", word: "CREATE" };
  const ifNotExists = cursor.takes("IF", "NOT", "EXISTS");
  const name = cursor.name();
  const select = object === "table" && all[cursor.at]?.keyword === "AS";
  return { kind: "create", object: virtual ? "virtual table" : object, name, ifNotExists, unique, select };
}

function alter(cursor: Cursor, all: readonly Token[]): Action {
  if (!cursor.takes("TABLE")) return { kind: "other", word: "ALTER" };
  const table = cursor.name();
  switch (cursor.word()) {
    case "ADD":
      if (["CONSTRAINT", "CHECK"].includes(all[cursor.at]?.keyword ?? ""))
        return { kind: "alterOther", table };
      cursor.takes("COLUMN");
      return { kind: "addColumn", table, column: cursor.name() };
    case "DROP":
      if (all[cursor.at]?.keyword === "CONSTRAINT") return { kind: "alterOther", table };
      cursor.takes("COLUMN");
      return { kind: "dropColumn", table, column: cursor.name() };
    case "RENAME": {
      if (cursor.takes("TO")) return { kind: "renameTable", table, to: cursor.name() };
      cursor.takes("COLUMN");
      const column = cursor.name();
      cursor.takes("TO");
      return { kind: "renameColumn", table, column, to: cursor.name() };
    }
    default:
      return { kind: "alterOther", table };
  }
}

function objectKind(word: string): ObjectKind | undefined {
  switch (word) {
    case "TABLE":
      return "table";
    case "INDEX":
      return "index";
    case "VIEW":
      return "view";
    case "TRIGGER":
      return "trigger";
    default:
      return undefined;
  }
}
