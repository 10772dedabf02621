import { constants, DatabaseSync } from "node:sqlite";
import { parse } from "../sql/action.ts";
import { readSchema, type SchemaObject, schemaObjects } from "../sql/schema-guard.ts";
import { tokens, topLevel } from "../sql/tokens.ts";
import { virtualParts } from "../sql/virtual-tables.ts";
import { denial, type Event, event } from "./authorizer.ts";
import { limits } from "./d1-limits.ts";

/** What became of one statement on the shadow. */
export interface Run {
  readonly events: readonly Event[];
  /** SQLite's message, or why D1 refuses it. */
  readonly error: string | undefined;
  /** True when the refusal is D1's (its allow-lists), not SQLite's. */
  readonly refused: boolean;
  /** True when SQLite understood the statement: what failed, failed over rows or values. */
  readonly compiled: boolean;
}

/** A database in memory that behaves as D1 does: its limits, its allow-lists, foreign keys that stay on. */
export interface Shadow {
  /** Without limits and allow-lists: for the linter's own questions. */
  readonly trusted: DatabaseSync;
  /** Carries a statement out, or rolls just it back. */
  readonly run: (sql: string) => Run;
  /** The schema as D1's `sqlite_schema` would give it, without system objects and our own tables. */
  readonly schema: () => readonly SchemaObject[];
  /** What a request leaves behind it: deferred foreign keys end with its transaction. */
  readonly endRequest: () => void;
  readonly close: () => void;
}

/** Opens an empty shadow, or one with the objects of a live schema. */
export function openShadow(base: readonly SchemaObject[] = []): Shadow {
  const trusted = new DatabaseSync(":memory:", {
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: true,
    defensive: true,
    limits,
  });
  // Open for good: within a transaction VACUUM fails and PRAGMA foreign_keys does nothing, as on D1.
  trusted.exec("BEGIN");
  rebuild(trusted, base);
  const readAll = trusted.prepare(readSchema);
  return {
    trusted,
    run: (sql) => {
      const text = refusedText(sql);
      if (text !== undefined) return { events: [], error: text, refused: true, compiled: false };
      const first = run(trusted, sql);
      // D1's SQLite is built with LIMIT on UPDATE and DELETE, Node's is not.
      if (first.error === undefined || !/near "(LIMIT|ORDER)": syntax error/i.test(first.error)) return first;
      const shorter = withoutLimit(sql);
      return shorter === undefined ? first : run(trusted, shorter);
    },
    schema: () => schemaObjects(readAll.all()),
    endRequest: () => {
      trusted.exec("PRAGMA defer_foreign_keys = OFF");
      trusted.exec("COMMIT; BEGIN");
    },
    close: () => trusted.close(),
  };
}

function run(db: DatabaseSync, sql: string): Run {
  const events: Event[] = [];
  let refusal: string | undefined;
  db.exec("SAVEPOINT one_statement");
  db.setAuthorizer((code, a, b, database, source) => {
    const happening = event(code, a, b, database, source);
    events.push(happening);
    const denied = denial(happening);
    if (denied === undefined) return constants.SQLITE_OK;
    refusal ??= denied;
    return constants.SQLITE_DENY;
  });
  let error: string | undefined;
  let compiled = false;
  try {
    const statement = db.prepare(sql);
    // SQLite prepares the first statement of a text and leaves the rest: what it leaves would never run.
    const rest = sql.slice(statement.sourceSQL.length).trim();
    if (rest !== "") throw new Error(`SQLite ends the statement before: ${rest.slice(0, 60)}`);
    compiled = true;
    if (statement.columns().length > 0) for (const _ of statement.iterate());
    else statement.run();
  } catch (thrown) {
    error = refusal ?? (thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    db.setAuthorizer(null);
  }
  db.exec(error === undefined ? "RELEASE one_statement" : "ROLLBACK TO one_statement; RELEASE one_statement");
  return { events, error, refused: refusal !== undefined, compiled };
}

/** What D1 refuses and SQLite's authorizer is not asked about. */
function refusedText(sql: string): string | undefined {
  if (/_cf_/i.test(sql)) {
    const { action } = parse(sql);
    if (action.kind === "renameTable" && /^_cf_/i.test(action.to))
      return `names that start with _cf_ are D1's own: ${action.to}`;
  }
  const parameter = /[?:@$]/.test(sql) ? tokens(sql).find((token) => token.kind === "parameter") : undefined;
  return parameter === undefined
    ? undefined
    : `the parameter ${parameter.text} has no value: statements of a migration stand alone`;
}

/** An UPDATE or DELETE without its ORDER BY and LIMIT, which D1's SQLite knows and Node's does not. */
export function withoutLimit(sql: string): string | undefined {
  const { action, tokens: all } = parse(sql);
  if (action.kind !== "update" && action.kind !== "delete") return undefined;
  const found = ["ORDER", "LIMIT"].map((keyword) => topLevel(all, keyword)).filter((at) => at > 0);
  return sql.slice(0, all[Math.min(...found)]?.start);
}

const order: readonly string[] = ["table", "index", "view", "trigger"];

/** Replays the text of a live schema. Tables first; what a virtual table makes for itself is not made again. */
function rebuild(db: DatabaseSync, base: readonly SchemaObject[]): void {
  const made = new Set(virtualParts(base));
  const sorted = base
    .filter((object) => !made.has(object.name))
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  for (const object of sorted) {
    try {
      db.exec(object.sql);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`the live schema cannot be replayed: ${object.type} ${object.name}: ${said}`, {
        cause: error,
      });
    }
  }
}

/**
 * The statements of a text as SQLite's own parser sees them, each carried out on the shadow so that the next one finds its
 * tables. The authority for splitting.
 */
export function preparedPieces(
  shadow: Shadow,
  text: string,
): readonly { readonly start: number; readonly end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    let source: string;
    try {
      source = shadow.trusted.prepare(rest).sourceSQL;
    } catch (error) {
      if (error instanceof Error && /contains no statements/.test(error.message)) break;
      throw error;
    }
    pieces.push({ start: at, end: at + source.length });
    shadow.run(source);
    at += source.length;
  }
  return pieces;
}
