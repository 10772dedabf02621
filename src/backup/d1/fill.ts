import type { Outcome } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows, unanswered } from "../../migrations/database/database.ts";
import { literal } from "../../migrations/sql/literals.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { quoted } from "../../migrations/sql/structure.ts";
import { isVirtualTable } from "../../migrations/sql/virtual-tables.ts";
import { insertions, makePieceTable, pieceTable, type Stage } from "./insertions.ts";
import type { Page } from "./pages/page.ts";
import { restoring } from "./schema.ts";
import { type DumpedTable, isEarly } from "./tables.ts";

/** What is put into an empty database. */
export interface Filling {
  readonly schema: readonly SchemaObject[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: Readonly<Record<string, string>>;
  /** Rows in the tables' order. The same each time: who goes on after a kill counts on it. */
  readonly pages: () => AsyncIterable<Page>;
  /** Which backup: another one's half is not gone on with. */
  readonly source: string;
}

export interface FillOptions {
  /** Triggers travel otherwise: the splitter of `/query` cuts them in two. */
  readonly makeTriggers: (statements: readonly string[]) => Promise<Outcome<unknown>>;
  /** Rows that are in by now. */
  readonly progress?: (rows: number) => void;
}

const marks = quoted(restoring);

/**
 * Fills a database that nothing is in, or goes on where an earlier run of the same backup ended: each request is one transaction and leaves its
 * number in a table of its own, which goes at the end.
 */
export async function fill(database: Database, filling: Filling, options: FillOptions): Promise<void> {
  const done = await begun(database, filling.source);
  let step = 0;
  let sent = Promise.resolve();
  /** One after the other; while one is under way the next one is made ready. */
  const apply = async (statements: readonly string[]): Promise<void> => {
    step++;
    if (step <= done) return;
    await sent;
    sent = once(database, step, statements);
    // Whoever waits for it hears of it.
    sent.catch(() => {});
  };
  const early = filling.schema.filter(isEarly);
  await apply([makePieceTable, ...early.map(({ sql }) => sql)]);
  let count = 0;
  const send = async (statements: readonly string[], rowsIn: number): Promise<void> => {
    await apply(statements);
    count += rowsIn;
    options.progress?.(count);
  };
  const stages = circles(filling.tables);
  await insertions(plain(filling), stages, send);
  await apply(counters(filling.sequences));
  const late = filling.schema.filter((object) => !isEarly(object));
  await apply(late.filter(isVirtualTable).map(({ sql }) => sql));
  await insertions(virtual(filling), new Map(), send);
  for (const { name, content } of filling.tables)
    if (content.kind === "rebuilt")
      await apply([`INSERT INTO ${quoted(name)}(${quoted(name)}) VALUES ('rebuild')`]);
  const others = late.filter((object) => !isVirtualTable(object));
  for (const { sql } of others.filter(({ type }) => type !== "trigger")) await apply([sql]);
  await sent;
  await triggers(database, others, options);
  await settled(database, await database.run([`DROP TABLE ${quoted(pieceTable)}`, `DROP TABLE ${marks}`]));
}

async function* plain({ pages }: Filling): AsyncGenerator<Page> {
  for await (const page of pages()) if (!page.table.virtual) yield page;
}

async function* virtual({ pages, tables }: Filling): AsyncGenerator<Page> {
  // Where there is nothing of this kind the rows are not gone through again.
  if (!tables.some((table) => table.virtual && table.content.kind === "rows")) return;
  for await (const page of pages()) if (page.table.virtual) yield page;
}

/** Tables whose rows are gathered first, and where. */
function circles(tables: readonly DumpedTable[]): ReadonlyMap<string, Stage> {
  return new Map(
    tables.flatMap((table, i) =>
      table.circle === undefined
        ? []
        : [
            [
              table.name,
              {
                table,
                gathered: `${restoring}_${i}`,
                circle: table.circle,
                members: tables.filter(({ circle }) => circle === table.circle).map(({ name }) => name),
              },
            ],
          ],
    ),
  );
}

const tablesThere =
  "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

/** Whether something is in a database and no restore is under way there: an earlier one has ended, or it is somebody else's. */
export async function isFilled(database: Database): Promise<boolean> {
  const [tables = []] = await rows(database, [tablesThere]);
  return tables.length > 0 && !tables.some(({ name }) => name === restoring);
}

/** How far an earlier run came; 0 in a database that is new. */
async function begun(database: Database, source: string): Promise<number> {
  const create = `CREATE TABLE ${marks}(step INTEGER PRIMARY KEY, source TEXT) STRICT`;
  const [tables = []] = await rows(database, [tablesThere]);
  if (tables.length === 0) {
    await settled(
      database,
      await database.run([create, `INSERT INTO ${marks} VALUES (0, ${literal(source)})`]),
    );
    return 0;
  }
  if (!tables.some(({ name }) => name === restoring)) throw occupied(database.label, tables.length);
  const [[mark] = []] = await rows(database, [
    `SELECT (SELECT max(step) FROM ${marks}) AS step, (SELECT source FROM ${marks} WHERE step = 0) AS source`,
  ]);
  if (mark?.["source"] !== source) throw another(database.label, String(mark?.["source"]), source);
  return Number(mark["step"]);
}

/** One request that leaves its number. Sent twice it is done once: the second finds the number. */
async function once(database: Database, step: number, statements: readonly string[]): Promise<void> {
  const request = [
    "PRAGMA defer_foreign_keys = ON",
    `INSERT INTO ${marks}(step) VALUES (${step})`,
    ...statements,
  ];
  for (let attempt = 1; ; attempt++) {
    const outcome = await database.run(request);
    if (outcome.kind === "done") return;
    if (outcome.kind === "refused") {
      if (/UNIQUE constraint failed: _lockstep_restore\.step/.test(outcome.message)) return;
      throw unanswered(database, outcome);
    }
    if (attempt >= 6) throw unanswered(database, { kind: "unknown", message: outcome.message });
    await database.sleep(outcome.kind === "later" ? outcome.retryAfterMs : 200 * 2 ** attempt);
  }
}

async function settled(database: Database, outcome: Outcome<unknown>): Promise<void> {
  if (outcome.kind === "done") return;
  throw unanswered(
    database,
    outcome.kind === "later" ? { kind: "unknown", message: outcome.message } : outcome,
  );
}

/** Those that an earlier run made already are left out. */
async function triggers(
  database: Database,
  objects: readonly SchemaObject[],
  { makeTriggers }: FillOptions,
): Promise<void> {
  const wanted = objects.filter(({ type }) => type === "trigger");
  if (wanted.length === 0) return;
  const [there = []] = await rows(database, ["SELECT name FROM sqlite_schema WHERE type = 'trigger'"]);
  const names = new Set(there.map(({ name }) => name));
  const missing = wanted.filter(({ name }) => !names.has(name));
  if (missing.length > 0) await settled(database, await makeTriggers(missing.map(({ sql }) => sql)));
}

/** Numbers that were given and whose rows are gone would be given again. */
const counters = (sequences: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(sequences).flatMap(([name, seq]) => [
    `DELETE FROM sqlite_sequence WHERE name = ${literal(name)}`,
    `INSERT INTO sqlite_sequence(name, seq) VALUES (${literal(name)}, ${seq})`,
  ]);

const occupied = (label: string, tables: number): UserError =>
  new UserError({
    what: "A backup is restored into an empty database only; nothing was changed",
    where: label,
    got: `${tables} ${tables === 1 ? "table" : "tables"}`,
    expected: "a new database",
    fix: "name another one",
  });

const another = (label: string, got: string, expected: string): UserError =>
  new UserError({
    what: "Half of another backup is in this database; nothing was changed",
    where: label,
    got,
    expected,
    fix: "finish that one, or delete the database and begin anew",
  });
