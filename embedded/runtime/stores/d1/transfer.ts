import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { z } from "zod";
import { SqlError } from "../../stores.ts";
import type { StoresProcess } from "../miniflare.ts";
import { importFile, objectFile } from "../object-file.ts";
import { runBatch } from "./d1-objects.ts";
import { copyLive, removeDatabase } from "./database-files.ts";
import type { Ledger } from "./ledger.ts";
import type { TimeTravel } from "./time-travel.ts";

export interface TransferParts {
  readonly root: string;
  readonly ledger: Ledger;
  readonly stores: StoresProcess;
  readonly travel: TimeTravel;
}

const ingested = z.union([
  z.object({ error: z.string() }),
  z.object({
    statements: z.number(),
    rowsRead: z.number(),
    rowsWritten: z.number(),
    sizeBefore: z.number(),
    sizeAfter: z.number(),
  }),
]);

/**
 * Runs the file on a copy, statement by statement, and puts the copy in the database's place when all of it went well.
 * Others are told that an import is going on. Killed in between, the database is as it was.
 */
export async function importSql(
  { root, ledger, stores, travel }: TransferParts,
  id: string,
  sql: string,
): Promise<{ readonly statements: number; readonly meta: Readonly<Record<string, unknown>> }> {
  const name = `${id}.${randomUUID()}`;
  const copy = importFile(root, name);
  const started = performance.now();
  const state = await travel.shut(id, "Currently processing a long-running import.");
  try {
    const live = objectFile(root, "D1", ledger.object(id).object);
    if (existsSync(live)) await copyLive(live, copy);
    const done = ingested.parse(await stores.ingest(name, sql));
    if ("error" in done) throw new SqlError(done.error);
    const finished = `${copy}.finished`;
    await copyLive(copy, finished); // the import's object still has the copy open
    try {
      await travel.replace(id, state, finished);
    } finally {
      removeDatabase(finished);
    }
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    const meta = {
      served_by: "embedded",
      duration: durationMs,
      changes: done.rowsWritten,
      last_row_id: 0,
      changed_db: done.rowsWritten > 0,
      size_after: done.sizeAfter,
      rows_read: done.rowsRead,
      rows_written: done.rowsWritten,
    };
    return { statements: done.statements, meta };
  } finally {
    await travel.open(id);
    removeDatabase(copy);
  }
}

/** As D1 exports; nobody else is served meanwhile. A database with virtual tables cannot be exported. */
export async function exportSql(
  { stores, travel }: Pick<TransferParts, "stores" | "travel">,
  id: string,
  options: { readonly schema: boolean; readonly data: boolean; readonly tables: readonly string[] },
): Promise<string> {
  await travel.shut(id, "Currently processing a long-running export.");
  try {
    await runBatch(stores, id, [{ sql: "SELECT 1", params: [] }], { inside: true }); // a database nobody has asked yet
    const response = await stores.ask("D1", id, {
      path: "/query",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        sql: "PRAGMA miniflare_d1_export(?,?,?);",
        params: [options.schema ? 0 : 1, options.data ? 0 : 1, ...options.tables],
      }),
      inside: true,
    });
    const text = await response.text();
    if (!response.ok)
      throw new SqlError(
        /D1 Export error: [^\n"]*/.exec(text)?.[0] ?? `the export failed: ${text.slice(0, 500)}`,
      );
    const answer = z
      .union([z.object({ results: z.array(z.array(z.string())) }), z.object({ error: z.string() })])
      .parse(JSON.parse(text));
    if ("error" in answer) throw new SqlError(answer.error);
    return `${(answer.results[0] ?? []).join("\n")}\n`;
  } finally {
    await travel.open(id);
  }
}
