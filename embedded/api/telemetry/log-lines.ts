import { z } from "zod";
import type { LogLine } from "../../runtime/compute.ts";
import type { State } from "../../state.ts";
import { ratesOf } from "./rates.ts";
import { writtenLater } from "./written-later.ts";

const row = z.object({
  id: z.number(),
  script: z.string(),
  version: z.string(),
  stream: z.enum(["stdout", "stderr"]),
  text: z.string(),
  atMs: z.number(),
});
export type StoredLine = z.infer<typeof row>;

/** What Workers wrote to their consoles in the last week. */
export interface LogLines {
  record(line: LogLine): void;
  between(account: string, fromMs: number, toMs: number): readonly StoredLine[];
  /** Writes what is still in memory. */
  close(): void;
}

const opened = new WeakMap<State, LogLines>();

export function openLogLines(state: State): LogLines {
  const known = opened.get(state);
  if (known !== undefined) return known;
  state.sqlite.exec(`CREATE TABLE IF NOT EXISTS log_lines(account TEXT NOT NULL, script TEXT NOT NULL, version TEXT NOT NULL,
    stream TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS log_lines_at ON log_lines(account, at_ms)`);
  const insert = state.sqlite.prepare("INSERT INTO log_lines VALUES (?, ?, ?, ?, ?, ?)");
  const select = state.sqlite.prepare(
    `SELECT rowid AS id, script, version, stream, text, at_ms AS atMs
       FROM log_lines WHERE account = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms, rowid`,
  );
  const later = writtenLater<LogLine>(state, "logs", "log_lines", (each) =>
    insert.run(each.account, each.script, each.version, each.stream, each.text, Math.round(each.atMs)),
  );
  const lines: LogLines = {
    record: later.add,
    between(account, fromMs, toMs) {
      later.flush();
      const newestMs = Date.now() - ratesOf(state, account).delayMs;
      return z.array(row).parse(select.all(account, fromMs, Math.min(toMs, newestMs)));
    },
    close: later.flush,
  };
  opened.set(state, lines);
  return lines;
}
