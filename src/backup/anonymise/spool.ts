import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Page } from "../d1/pages/page.ts";
import type { DumpedTable } from "../d1/tables.ts";

const stored = z.object({ table: z.string(), rows: z.array(z.string()) });

/** Pages in a file, so that they can be gone through again: the rows of a database that is written to are others the next time. */
export async function spool(file: string, pages: AsyncIterable<Page>): Promise<void> {
  const handle = openSync(file, "w", 0o600);
  try {
    for await (const { table, rows } of pages)
      writeSync(handle, `${JSON.stringify({ table: table.name, rows })}\n`);
  } finally {
    closeSync(handle);
  }
}

export async function* spooled(file: string, tables: readonly DumpedTable[]): AsyncGenerator<Page> {
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const page = stored.parse(JSON.parse(line));
    const table = tables.find(({ name }) => name === page.table);
    if (table === undefined) throw new Error(`the spool has rows of ${page.table}, which is no table of it`);
    yield { table, rows: page.rows };
  }
}
