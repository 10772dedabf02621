import type { State } from "../../state.ts";

const keepMs = 7 * 24 * 60 * 60 * 1000;
const flushMs = 200;
/** While they cannot be written. */
const keptInMemory = 10_000;

/** Rows that are written a few times a second, in one transaction each time: a row a request would cost a disk write a request. */
export interface WrittenLater<Row> {
  readonly add: (row: Row) => void;
  /** Writes what is still in memory. */
  readonly flush: () => void;
}

/**
 * @param what they are, for what is said when they cannot be written: `metrics`
 * @param table with a column `at_ms`; what is older than a week goes
 */
export function writtenLater<Row>(
  state: State,
  what: string,
  table: string,
  insert: (row: Row) => void,
): WrittenLater<Row> {
  const forget = state.sqlite.prepare(`DELETE FROM ${table} WHERE at_ms < ?`);
  let waiting: Row[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    state.transaction(() => {
      for (const row of waiting) insert(row);
      forget.run(Date.now() - keepMs);
    });
    waiting = [];
  };
  /** Nobody waits for it, and what cannot be written now (the disk is full, say) can be later: workers serve on. */
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      console.error(`${what}: ${waiting.length} rows could not be written yet: ${message}`);
      waiting = waiting.slice(-keptInMemory);
    }
  };
  return {
    add: (row) => {
      waiting.push(row);
      timer ??= setTimeout(flushLater, flushMs).unref();
    },
    flush,
  };
}
