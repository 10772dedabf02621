import type { Invocation } from "../../runtime/compute.ts";
import type { State } from "../../state.ts";

const keepMs = 7 * 24 * 60 * 60 * 1000;
const flushMs = 200;
/** While they cannot be written. */
const keptInMemory = 10_000;

export interface StoredInvocation {
  readonly script: string;
  readonly version: string;
  readonly atMs: number;
  readonly wallMs: number;
  readonly exception: boolean;
}

/** Finished invocations of the last week, so that metrics can be answered. */
export interface Invocations {
  record(invocation: Invocation): void;
  between(account: string, fromMs: number, toMs: number): readonly StoredInvocation[];
  /** Writes what is still in memory. */
  close(): void;
}

const opened = new WeakMap<State, Invocations>();

/** Rows are written a few times a second in one transaction each: a row a request would cost a disk write a request. */
export function openInvocations(state: State): Invocations {
  const known = opened.get(state);
  if (known !== undefined) return known;
  state.sqlite.exec(`CREATE TABLE IF NOT EXISTS invocations(account TEXT NOT NULL, script TEXT NOT NULL, version TEXT NOT NULL,
    at_ms INTEGER NOT NULL, wall_ms REAL NOT NULL, status INTEGER NOT NULL, exception INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS invocations_at ON invocations(account, at_ms)`);
  const insert = state.sqlite.prepare("INSERT INTO invocations VALUES (?, ?, ?, ?, ?, ?, ?)");
  const forget = state.sqlite.prepare("DELETE FROM invocations WHERE at_ms < ?");
  const select = state.sqlite.prepare(
    "SELECT script, version, at_ms, wall_ms, exception FROM invocations WHERE account = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms",
  );
  let waiting: Invocation[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    state.transaction(() => {
      for (const row of waiting)
        insert.run(
          row.account,
          row.script,
          row.version,
          Math.round(row.atMs),
          row.wallMs,
          row.status,
          row.exception ? 1 : 0,
        );
      forget.run(Date.now() - keepMs);
    });
    waiting = [];
  };
  /** Nobody waits for it, and what cannot be written now (the disk is full, say) can be later: workers serve on. */
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      console.error(
        `metrics: ${waiting.length} invocations could not be written yet: ${error instanceof Error ? error.message : String(error)}`,
      );
      waiting = waiting.slice(-keptInMemory);
    }
  };
  const invocations: Invocations = {
    record(invocation) {
      waiting.push(invocation);
      timer ??= setTimeout(flushLater, flushMs).unref();
    },
    between(account, fromMs, toMs) {
      flush();
      return select.all(account, fromMs, toMs).map((row) => ({
        script: String(row["script"]),
        version: String(row["version"]),
        atMs: Number(row["at_ms"]),
        wallMs: Number(row["wall_ms"]),
        exception: row["exception"] === 1,
      }));
    },
    close: flush,
  };
  opened.set(state, invocations);
  return invocations;
}
