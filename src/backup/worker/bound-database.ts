import type { D1Database } from "@cloudflare/workers-types";
import { z } from "zod";
import { type Database, rows } from "../../migrations/database/database.ts";
import { literal } from "../../migrations/sql/literals.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { fold } from "../../migrations/sql/structure.ts";
import { virtualParts } from "../../migrations/sql/virtual-tables.ts";
import { type DumpedTable, type Shape, tablesInOrder } from "../d1/tables.ts";
import type { Share } from "./share.ts";

/** A database that a worker is bound to, as a backup reads it. */
export interface BoundDatabase extends Database {
  /** Bytes of its file, as the last request found it. */
  readonly sizeBytes: () => number;
}

/** Reads in one session on the primary: each request sees what the one before it saw, and the bookmark tells of writes. */
export function boundDatabase(binding: D1Database, label: string, share: Share): BoundDatabase {
  const session = binding.withSession("first-primary");
  let size = 0;
  const run: Database["run"] = async (statements) => {
    share.count(statements.length);
    try {
      const results = await session.batch<Record<string, unknown>>(
        statements.map((sql) => session.prepare(sql)),
      );
      size = results.at(-1)?.meta.size_after ?? size;
      return { kind: "done", value: results.map((each) => ({ results: each.results, meta: each.meta })) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // What SQLite said, it says again; of anything else nobody knows.
      return /SQLITE_|too many/i.test(message)
        ? { kind: "refused", status: 400, code: 7500, message }
        : { kind: "unknown", message };
    }
  };
  return {
    label,
    run,
    sizeBytes: () => size,
    bookmark: async () => {
      const asked = await run(["SELECT 1"]);
      if (asked.kind !== "done") return asked;
      const bookmark = session.getBookmark();
      return bookmark === null
        ? { kind: "unknown", message: "the session has no bookmark" }
        : { kind: "done", value: bookmark };
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

const listed = z.array(z.object({ name: z.string(), type: z.string(), wr: z.number() }));
const columns = z.array(z.object({ name: z.string(), pk: z.number(), hidden: z.number() }));
const keys = z.array(z.object({ table: z.string() }));
const kinds = ["plain", "hidden", "virtual", "stored"] as const;
/** Statements of one request. */
const atOnce = 40;

/** The database's tables as a backup reads them, parents before children: asked of D1, since a worker has no SQLite of its own. */
export async function tablesOf(
  database: Database,
  schema: readonly SchemaObject[],
): Promise<readonly DumpedTable[]> {
  const parts = new Set(virtualParts(schema).map(fold));
  const named = schema.filter(({ type, name }) => type === "table" && !parts.has(fold(name)));
  const [found] = await rows(database, [
    "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'",
  ]);
  const known = new Map(listed.parse(found).map((each) => [fold(each.name), each]));
  const questions = named.flatMap(({ name }) => [
    `SELECT name, pk, hidden FROM pragma_table_xinfo(${literal(name)})`,
    `SELECT "table" FROM pragma_foreign_key_list(${literal(name)}) GROUP BY id ORDER BY id`,
  ]);
  const answers: (readonly Readonly<Record<string, unknown>>[])[] = [];
  for (let from = 0; from < questions.length; from += atOnce)
    answers.push(...(await rows(database, questions.slice(from, from + atOnce))));
  return tablesInOrder(
    database.label,
    named.map(({ name, sql }, i): Shape => {
      const table = known.get(fold(name));
      return {
        name,
        sql,
        virtual: table?.type === "virtual",
        withoutRowid: table?.wr === 1,
        columns: columns.parse(answers[2 * i]).map((column) => ({
          name: column.name,
          kind: kinds[column.hidden] ?? "hidden",
          primaryKey: column.pk,
        })),
        foreignKeys: keys.parse(answers[2 * i + 1]).map(({ table: parent }) => ({ parent })),
      };
    }),
  );
}
