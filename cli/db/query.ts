import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { query as send } from "../../src/migrations/database/endpoint.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { databaseOf, endpointOf, type Job } from "../../src/migrations/plan/job.ts";
import { openShadow } from "../../src/migrations/shadow/shadow.ts";
import { split } from "../../src/migrations/sql/split.ts";
import { table } from "../../toolchain/table.ts";
import { type Command, done, type Found } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { placeOf, placeOptions } from "./place.ts";
import { jobOf, siteOf } from "./site.ts";

/** `query`: one or more reading statements. */
export const query: Command = {
  name: "query",
  usage: 'query [<stage>] <database> "<sql>"',
  summary: "ask a live database; only statements that read are sent",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, Number.POSITIVE_INFINITY);
    const [name, sql = "", ...others] = place.words;
    if (sql.trim() === "" || others.length > 0)
      throw new UserError({
        what: "One text of SQL is asked",
        where: "db query",
        got: sql.trim() === "" ? "none" : `${others.length + 1} words: ${[sql, ...others].join(" ")}`,
        expected: "the statements as one quoted word",
        fix: [
          command("db query", {
            stage: place.stage.name,
            database: name ?? "<database>",
            sql: "SELECT <columns> FROM <table>",
          }),
        ],
      });
    const database = onlyOne(given.project, name);
    return ask(await jobOf(await siteOf(place, given), database, given.root), sql);
  },
};

/** Asks one or more statements that read. */
export async function ask(job: Job, sql: string): Promise<Found> {
  await onlyReads(job, sql);
  const outcome = await send(endpointOf(job), sql);
  if (outcome.kind !== "done")
    throw new UserError({
      what: "The query was not answered",
      where: job.label,
      got: outcome.message,
      expected: "rows",
      fix: "correct the statement",
    });
  return done(outcome.value, outcome.value.map(({ results }) => asTable(results)).join("\n\n"));
}

/** Asked of a shadow with the live schema: SQLite itself says what a statement would write. */
async function onlyReads(job: Job, sql: string): Promise<void> {
  const { schema } = await readSnapshot(databaseOf(job));
  const { pieces } = split(sql);
  if (pieces.length === 0)
    throw new UserError({
      what: "There is nothing to ask",
      where: job.label,
      got: JSON.stringify(sql),
      expected: "a statement",
      fix: [command("db query", { database: "<database>", sql: "SELECT <columns> FROM <table>" })],
    });
  const shadow = openShadow(schema);
  try {
    for (const piece of pieces) {
      const statement = shadow.run(piece.sql);
      const writing = statement.events.find(({ action }) =>
        /^(insert|update|delete|create|drop|alter|reindex|analyze)/i.test(action),
      );
      if (writing === undefined) continue;
      throw new UserError({
        what: "Only statements that read are sent",
        where: job.label,
        got: piece.sql,
        expected: "SELECT, EXPLAIN, or a PRAGMA that reads",
        fix: sentence`write a migration: ${command("db new")}; test data belongs into seeds/`,
      });
    }
  } finally {
    shadow.close();
  }
}

function asTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows;
  if (first === undefined) return "no rows";
  const columns = Object.keys(first);
  return table(
    columns,
    rows.map((row) => columns.map((column) => cell(row[column]))),
  );
}

const cell = (value: unknown): string | number =>
  typeof value === "number"
    ? value
    : value === null || value === undefined
      ? "NULL"
      : typeof value === "string"
        ? value.replaceAll("\n", "⏎")
        : JSON.stringify(value);
