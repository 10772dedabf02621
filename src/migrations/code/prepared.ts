import type { Form } from "../../statements/statement.ts";
import { openShadow, withoutLimit } from "../shadow/shadow.ts";
import { reservedTables } from "../sql/ledger-tables.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { split } from "../sql/split.ts";

/** What a schema has to say to a statement. */
export type Verdict =
  | { readonly kind: "fits" }
  /** A table or column is not there; `error` in SQLite's words. */
  | {
      readonly kind: "missing";
      readonly error: string;
      readonly name: string;
      readonly of: "table" | "column";
    }
  /** A text that is known as a whole and is no SQL: whatever way leads to it, is none. */
  | { readonly kind: "invalid" }
  /** It is not known what is sent, or it fails over something else: no proof of anything. */
  | { readonly kind: "unread" };

/** A schema to which forms of statements are held. */
export interface Prepared {
  readonly verdict: (form: Form) => Verdict;
  readonly schema: () => readonly SchemaObject[];
  readonly close: () => void;
}

/** Opens a schema, with what the code makes for itself besides. */
export function prepared(schema: readonly SchemaObject[], made: readonly Form[]): Prepared {
  const shadow = openShadow(schema);
  const makes = made.filter(({ sql }) => ddl.test(sql));
  for (const { sql } of makes.filter(({ complete }) => complete))
    for (const piece of split(sql).pieces) shadow.run(piece.sql);
  // A table whose name only running code knows may be any table.
  const makesUnknown = makes.some(({ complete }) => !complete);
  const said = new Map<string, string | undefined>();
  const errorOf = (sql: string): string | undefined => {
    if (!said.has(sql))
      said.set(
        sql,
        firstError(sql, (one) => shadow.trusted.prepare(one)),
      );
    return said.get(sql);
  };
  return {
    verdict: ({ sql, complete }) => {
      const error = errorOf(sql);
      if (error === undefined) return { kind: "fits" };
      if (complete && /syntax error|incomplete input/.test(error)) return { kind: "invalid" };
      const missing = complete ? missingIn(error) : undefined;
      return missing === undefined || (makesUnknown && missing.of === "table")
        ? { kind: "unread" }
        : { kind: "missing", error, ...missing };
    },
    schema: shadow.schema,
    close: shadow.close,
  };
}

/** Statements after which a later one may find what no migration makes. */
const ddl = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:create|alter)\b/i;

function firstError(sql: string, prepare: (one: string) => unknown): string | undefined {
  for (const piece of split(sql).pieces) {
    // What makes something was carried out already, and would find it there.
    if (ddl.test(piece.sql)) continue;
    const error = errorOf(piece.sql, prepare);
    if (error !== undefined) return error;
  }
  return undefined;
}

function errorOf(sql: string, prepare: (one: string) => unknown): string | undefined {
  try {
    prepare(sql);
    return undefined;
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    const shorter = /near "(LIMIT|ORDER)": syntax error/i.test(error) ? withoutLimit(sql) : undefined;
    return shorter === undefined || shorter === sql ? error : errorOf(shorter, prepare);
  }
}

/** Which table or column it is that SQLite misses; none, where it is about something else, or about what D1 and Lockstep keep. */
function missingIn(error: string): { readonly name: string; readonly of: "table" | "column" } | undefined {
  const table = /^no such table: (?:main\.)?(.+)$/.exec(error)?.[1];
  if (table !== undefined) return isOwn(table) ? undefined : { name: table, of: "table" };
  const column = /^(?:no such column: |table .+ has no column named )"?([^"]+)"?/.exec(error)?.[1];
  return column === undefined ? undefined : { name: column, of: "column" };
}

const isOwn = (table: string): boolean =>
  /^(_cf_|sqlite_|pragma_)/i.test(table) ||
  reservedTables.includes(table.toLowerCase()) ||
  table.includes(".");
