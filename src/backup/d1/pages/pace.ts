/** How fast a backup reads: rows that come by are counted, and the next request waits until they are due. One for all databases of a backup. */
export interface Pace {
  /** What one request should ask for at most. */
  readonly mostRows: number;
  /** Resolves when the next request may be sent. */
  readonly turn: () => Promise<void>;
  /** Of a request that was answered. */
  readonly count: (rows: number) => void;
}

/** As fast as D1 answers. */
export const unpaced: Pace = {
  mostRows: Number.POSITIVE_INFINITY,
  turn: async () => {},
  count: () => {},
};

/**
 * At most so many rows a second on average, and in no request more than a second's worth. Time in which nothing was read is not made up for.
 * @param clock for a test: `now` in milliseconds
 */
export function paced(
  rowsPerSecond: number,
  clock: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> },
): Pace {
  let due = clock.now();
  return {
    mostRows: rowsPerSecond,
    turn: async () => {
      const wait = due - clock.now();
      if (wait > 0) await clock.sleep(wait);
    },
    count: (rows) => {
      due = Math.max(due, clock.now()) + (rows * 1000) / rowsPerSecond;
    },
  };
}
