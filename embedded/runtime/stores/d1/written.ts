import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** What statements have written, so that analytics can tell it. */
export interface Written {
  /** @param atMs when it was reported: a quarter of a second after it was written, at most */
  readonly add: (wrote: readonly Wrote[], atMs: number) => void;
  readonly of: (database: string) => readonly z.infer<typeof row>[];
}

export interface Wrote {
  readonly database: string;
  /** Normalised. */
  readonly sql: string;
  /** As D1 counts them: entries of indexes too. */
  readonly rows: number;
  /** How often it ran. */
  readonly count: number;
}

const row = z.object({ sql: z.string(), atMs: z.number(), rows: z.number(), count: z.number() });

/** Cloudflare's analytics know a month. */
const keptMs = 31 * 24 * 60 * 60 * 1000;

/** Keeps it in a file that is open. */
export function openWritten(sqlite: DatabaseSync): Written {
  sqlite.exec(`CREATE TABLE IF NOT EXISTS written(database TEXT NOT NULL, at_ms INTEGER NOT NULL, sql TEXT NOT NULL, rows INTEGER NOT NULL,
    count INTEGER NOT NULL) STRICT; CREATE INDEX IF NOT EXISTS written_at ON written(at_ms)`);
  sqlite.prepare("DELETE FROM written WHERE at_ms < ?").run(Date.now() - keptMs);
  const insert = sqlite.prepare("INSERT INTO written VALUES (?, ?, ?, ?, ?)");
  const select = sqlite.prepare(
    "SELECT sql, at_ms AS atMs, rows, count FROM written WHERE database = ? ORDER BY at_ms",
  );
  return {
    add: (wrote, atMs) => {
      for (const each of wrote) insert.run(each.database, Math.round(atMs), each.sql, each.rows, each.count);
    },
    of: (database) => z.array(row).parse(select.all(database)),
  };
}
