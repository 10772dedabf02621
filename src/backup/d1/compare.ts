import { type Database, rows } from "../../migrations/database/database.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import type { DatabaseEntry } from "../store/manifest.ts";
import { newCounting } from "./counting.ts";
import type { Page } from "./pages/page.ts";
import { pages } from "./pages/pages.ts";
import { fingerprintOf, sequences, wholeSchema } from "./schema.ts";
import type { DumpedTable } from "./tables.ts";
import { valuesOf } from "./values.ts";

/** What a database should be. */
export interface Expected {
  readonly schema: readonly SchemaObject[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: Readonly<Record<string, string>>;
  readonly pages: () => AsyncIterable<Page>;
  /** How many rows each table has and their digest, where that was written down: rows that come to it are not compared one by one. @default - nobody counted them */
  readonly counted?: readonly Pick<DatabaseEntry["tables"][number], "name" | "rows" | "digest">[];
}

/** Beyond so many, a person reads no more of them. */
const mostDifferences = 20;

/** Compares a database with what it should be, every row of it; each difference is a sentence. None: they are the same. */
export async function differencesOf(database: Database, expected: Expected): Promise<readonly string[]> {
  const found = [...(await otherSchema(database, expected.schema))];
  const counters = await sequences(database, expected.schema);
  for (const name of new Set([...Object.keys(counters), ...Object.keys(expected.sequences)]))
    if (counters[name] !== expected.sequences[name])
      found.push(
        `table ${name}: its next number follows ${counters[name] ?? "nothing"}, not ${expected.sequences[name] ?? "nothing"}`,
      );
  if (found.length > 0 || !(await hasDigests(database, expected)))
    found.push(...(await otherRows(database, expected, found)));
  return [...found, ...(await brokenKeys(database))];
}

/**
 * Whether each table has as many rows as were counted, and the same digest over all of them, in their order. Then they are the same, and nobody has to open
 * the backup once more to see it.
 */
async function hasDigests(database: Database, { tables, counted = [] }: Expected): Promise<boolean> {
  for (const table of tables) {
    if (table.content.kind !== "rows") continue;
    const wanted = counted.find(({ name }) => name === table.name);
    if (wanted?.digest === undefined) return false;
    const counting = newCounting({ ...table, columns: [] });
    for await (const page of pages(database, table)) counting.add(page);
    const { rows: count, digest } = counting.end();
    if (count !== wanted.rows || digest !== wanted.digest) return false;
  }
  return true;
}

/** Goes through the rows of both, one by one, to name what differs. */
async function otherRows(
  database: Database,
  expected: Expected,
  known: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const wanted = pageCursor(expected.pages());
  for (const table of expected.tables) {
    if (table.content.kind !== "rows" || lacks(known, table)) continue;
    const there = pageCursor(pages(database, table));
    const differing = await firstDifference(table, wanted, there);
    await there.end();
    if (differing !== undefined) found.push(differing);
    // The rest of a table that differs is not compared.
    while ((await wanted.rows(table.name)).length > 0) wanted.skip((await wanted.rows(table.name)).length);
    if (known.length + found.length >= mostDifferences) break;
  }
  await wanted.end();
  return found;
}

/** Goes through both, as many rows at once as both have at hand. */
async function firstDifference(
  table: DumpedTable,
  wanted: PageCursor,
  there: PageCursor,
): Promise<string | undefined> {
  for (let count = 0; ; ) {
    const [mine, has] = [await wanted.rows(table.name), await there.rows(table.name)];
    if (mine.length === 0 && has.length === 0) return undefined;
    const length = Math.max(1, Math.min(mine.length, has.length));
    for (let i = 0; i < length; i++)
      if (mine[i] !== has[i]) return difference(table, count + i + 1, mine[i], has[i]);
    wanted.skip(length);
    there.skip(length);
    count += length;
  }
}

interface PageCursor {
  /** The table's rows that come next; none behind its last one. */
  readonly rows: (table: string) => Promise<readonly string[]>;
  /** Goes on behind the first so many of them. */
  readonly skip: (rows: number) => void;
  readonly end: () => Promise<void>;
}

function pageCursor(from: AsyncIterable<Page>): PageCursor {
  const parts = from[Symbol.asyncIterator]();
  let page: { readonly name: string; readonly rows: readonly string[] } | undefined = { name: "", rows: [] };
  return {
    rows: async (table) => {
      while (page !== undefined && page.rows.length === 0) {
        const next: IteratorResult<Page> = await parts.next();
        page = next.done === true ? undefined : { name: next.value.table.name, rows: next.value.rows };
      }
      return page?.name === table ? page.rows : [];
    },
    skip: (rows) => {
      if (page !== undefined) page = { name: page.name, rows: page.rows.slice(rows) };
    },
    end: async () => void (await parts.return?.()),
  };
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
