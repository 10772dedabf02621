import { z } from "zod";
import type { LogLine } from "../../runtime/compute.ts";
import type { State } from "../../state.ts";
import { ratesOf } from "./rates.ts";

const keepMs = 7 * 24 * 60 * 60 * 1000;
const flushMs = 200;
/** While they cannot be written. */
const keptInMemory = 10_000;

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
  const forget = state.sqlite.prepare("DELETE FROM log_lines WHERE at_ms < ?");
  const select = state.sqlite.prepare(
    `SELECT rowid AS id, script, version, stream, text, at_ms AS atMs
       FROM log_lines WHERE account = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms, rowid`,
  );
  let waiting: LogLine[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    state.transaction(() => {
      for (const { account, script, version, stream, text, atMs } of waiting)
        insert.run(account, script, version, stream, text, Math.round(atMs));
      forget.run(Date.now() - keepMs);
    });
    waiting = [];
  };
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      console.error(
        `logs: ${waiting.length} lines could not be written yet: ${error instanceof Error ? error.message : String(error)}`,
      );
      waiting = waiting.slice(-keptInMemory);
    }
  };
  const lines: LogLines = {
    record(line) {
      waiting.push(line);
      timer ??= setTimeout(flushLater, flushMs).unref();
    },
    between(account, fromMs, toMs) {
      flush();
      const newestMs = Date.now() - ratesOf(state, account).delayMs;
      return z.array(row).parse(select.all(account, fromMs, Math.min(toMs, newestMs)));
    },
    close: flush,
  };
  opened.set(state, lines);
  return lines;
}
