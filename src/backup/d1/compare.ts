import { type Database, rows } from "../../migrations/database/database.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { type Page, pages } from "./pages.ts";
import { fingerprintOf, sequences, wholeSchema } from "./schema.ts";
import type { DumpedTable } from "./tables.ts";
import { valuesOf } from "./values.ts";

/** What a database should be. */
export interface Expected {
  readonly schema: readonly SchemaObject[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: Readonly<Record<string, string>>;
  readonly pages: () => AsyncIterable<Page>;
}

/** Beyond so many, a person reads no more of them. */
const mostDifferences = 20;

/** Compares a database with what it should be, row by row; each difference is a sentence. None: they are the same. */
export async function differencesOf(database: Database, expected: Expected): Promise<readonly string[]> {
  const found = [...(await otherSchema(database, expected.schema))];
  const counters = await sequences(database, expected.schema);
  for (const name of new Set([...Object.keys(counters), ...Object.keys(expected.sequences)]))
    if (counters[name] !== expected.sequences[name])
      found.push(
        `table ${name}: its next number follows ${counters[name] ?? "nothing"}, not ${expected.sequences[name] ?? "nothing"}`,
      );
  const wanted = rowsOf(expected.pages());
  let next = await wanted.next();
  for (const table of expected.tables) {
    const missing = found.length;
    const there = rowsOf(pages(database, table));
    if (table.content.kind !== "rows" || lacks(found, table)) continue;
    for (let count = 1; ; count++) {
      const has = await there.next();
      const mine = !next.done && next.value.table.name === table.name ? next.value.row : undefined;
      if (mine === undefined && has.done === true) break;
      if (mine !== (has.done === true ? undefined : has.value.row)) {
        found.push(difference(table, count, mine, has.done === true ? undefined : has.value.row));
        break;
      }
      next = await wanted.next();
    }
    await there.return(undefined);
    // The rest of a table that differs is not compared.
    if (found.length > missing)
      while (!next.done && next.value.table.name === table.name) next = await wanted.next();
    if (found.length >= mostDifferences) break;
  }
  await wanted.return(undefined);
  return [...found, ...(await brokenKeys(database))];
}

const lacks = (found: readonly string[], { name }: DumpedTable): boolean =>
  found.includes(`table ${name} is missing`);

async function otherSchema(database: Database, wanted: readonly SchemaObject[]): Promise<readonly string[]> {
  const live = await wholeSchema(database);
  const text = (schema: readonly SchemaObject[]): ReadonlyMap<string, string> =>
    new Map(schema.map(({ type, name, sql }) => [`${type} ${name}`, sql]));
  const [should, is] = [text(wanted), text(live)];
  return [
    ...[...should].flatMap(([name, sql]) => {
      const now = is.get(name);
      return now === undefined ? [`${name} is missing`] : now === sql ? [] : [`${name} is another: ${now}`];
    }),
    ...[...is.keys()].flatMap((name) => (should.has(name) ? [] : [`${name} is too much`])),
    ...(fingerprintOf(live) === fingerprintOf(wanted) ? [] : ["the fingerprint of the schema is another"]),
  ];
}

async function* rowsOf(
  from: AsyncIterable<Page>,
): AsyncGenerator<{ readonly table: DumpedTable; readonly row: string }> {
  for await (const { table, rows: lines } of from) for (const row of lines) yield { table, row };
}

function difference(
  { name, columns }: DumpedTable,
  at: number,
  wanted: string | undefined,
  is: string | undefined,
): string {
  if (is === undefined) return `table ${name}: row ${at} and those behind it are missing`;
  if (wanted === undefined) return `table ${name}: there are more rows than ${at - 1}`;
  const [should, has] = [valuesOf(wanted), valuesOf(is)];
  const differing = columns.filter((_, i) => should[i] !== has[i]);
  return `table ${name}: row ${at} differs in ${differing.join(", ")}`;
}

/** Rows whose parent is not there, by table; and keys that SQLite cannot even check. */
async function brokenKeys(database: Database): Promise<readonly string[]> {
  const outcome = await database.run(["PRAGMA foreign_key_check"]);
  if (outcome.kind === "refused") return [`foreign keys cannot be checked: ${outcome.message}`];
  const [found = []] =
    outcome.kind === "done"
      ? outcome.value.map(({ results }) => results)
      : await rows(database, ["PRAGMA foreign_key_check"]);
  const counts = Map.groupBy(found, (row) => `${row["table"]} to ${row["parent"]}`);
  return [...counts].map(
    ([pair, all]) =>
      `foreign keys: ${all.length} ${all.length === 1 ? "row refers" : "rows refer"} from ${pair}, where nothing is`,
  );
}
