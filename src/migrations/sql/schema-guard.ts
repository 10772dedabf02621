import { reservedTables } from "./ledger-tables.ts";
import { assertion, literal } from "./literals.ts";

/** One object of the live schema, as `sqlite_schema` has it. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tableName: string;
  readonly sql: string;
}

/** D1 refuses statements over 100,000 bytes; a guard holds hexadecimal text, two characters a byte. */
const guardBytes = 40_000;
/** Above this only the number of objects and their length are compared: the text would outweigh the migration. */
const guardedSchemaBytes = 200_000;

/** drizzle's own ledger is left where it is, and is no part of what the files make. */
const notTheirs = [...reservedTables, "__drizzle_migrations"];

const userObjects = `FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND tbl_name NOT IN (${notTheirs.map(literal).join(", ")})`;

/** Reads the live schema without the tables of D1 and of the tools that migrate; the same rows and order that the guards compare. */
export const readSchema = `SELECT type, name, tbl_name, sql ${userObjects} ORDER BY type, name`;

/** Rows of {@link readSchema} as objects. Throws when the answer has another shape: that is a bug, not data. */
export function schemaObjects(rows: readonly Readonly<Record<string, unknown>>[]): SchemaObject[] {
  return rows.map((row) => {
    const { type, name, tbl_name: tableName, sql } = row;
    if (
      typeof type !== "string" ||
      typeof name !== "string" ||
      typeof tableName !== "string" ||
      typeof sql !== "string"
    )
      throw new Error(`sqlite_schema answered with ${JSON.stringify(row)}`);
    return { type, name, tableName, sql };
  });
}

/**
 * Assertions that the schema inside the transaction is the planned one, object by object.
 * Hexadecimal, so that trigger bodies in the text cannot confuse the server's splitter.
 */
export function schemaGuards(planned: readonly SchemaObject[]): string[] {
  const drifted = "the schema drifted since the plan";
  const bytes = planned.reduce((sum, object) => sum + Buffer.byteLength(object.sql), 0);
  if (bytes > guardedSchemaBytes)
    return [
      assertion(
        `(SELECT count(*) || '/' || sum(length(CAST(sql AS BLOB))) ${userObjects}) = '${planned.length}/${bytes}'`,
        drifted,
      ),
    ];
  const guards = [assertion(`(SELECT count(*) ${userObjects}) = ${planned.length}`, drifted)];
  let from = 0;
  while (from < planned.length) {
    let to = from + 1;
    let size = Buffer.byteLength(text(planned[from]));
    while (to < planned.length && size + Buffer.byteLength(text(planned[to])) < guardBytes)
      size += Buffer.byteLength(text(planned[to++]));
    const expected = Buffer.from(planned.slice(from, to).map(text).join("\n")).toString("hex").toUpperCase();
    const actual = `(SELECT hex(group_concat(t, char(10))) FROM (SELECT type || '|' || name || '|' || tbl_name || '|' || sql AS t ${userObjects} ORDER BY type, name LIMIT ${to - from} OFFSET ${from}))`;
    guards.push(assertion(`${actual} = '${expected}'`, drifted));
    from = to;
  }
  return guards;
}

const text = (object: SchemaObject | undefined): string =>
  object === undefined ? "" : `${object.type}|${object.name}|${object.tableName}|${object.sql}`;
