import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "./cell/cell.ts";
import type { Peers } from "./peers.ts";

/** Requests that take longer are cut when their version is replaced. */
const drainLimitMs = 30_000;
/** Cloudflare gives `waitUntil` this long after the answer; what still goes on then is not known to us. */
const waitUntilLimitMs = 30_000;
/** A version that only waits for its `waitUntil` costs memory: of one script no more than so many do. */
const lingeringCells = 2;

/** Ends cells that were replaced, when nothing goes on in them any more. */
export interface Retirement {
  readonly retire: (cell: Cell) => void;
  /** Settles when every cell is ended; nothing is waited for any more. */
  readonly close: () => Promise<void>;
}

export function retirement(
  peers: Peers,
  end: (cell: Cell) => Promise<void>,
  log: (line: string) => void,
): Retirement {
  const retiring = new Map<Cell, Promise<void>>();
  let closing = false;

  const busy = async (cell: Cell): Promise<boolean> =>
    cell.inflight > 0 || (await peers.callsTo(cell, "service")) > 0;
  const later = (cell: Cell): number =>
    [...retiring.keys()].filter(
      (c) =>
        c.name.script === cell.name.script &&
        c.name.account === cell.name.account &&
        c.retiredMs > cell.retiredMs,
    ).length;
  const lingers = (cell: Cell): boolean =>
    cell.lastActiveMs !== undefined &&
    Date.now() < cell.lastActiveMs + waitUntilLimitMs &&
    later(cell) < lingeringCells;

  const watch = async (cell: Cell): Promise<void> => {
    const until = performance.now() + drainLimitMs;
    do
      await sleep(20); // who waited for it to wake up is about to ask it
    while (!closing && performance.now() < until && (await busy(cell)));
    while (!closing && lingers(cell)) await sleep(100);
    await end(cell);
  };
  return {
    retire: (cell) => {
      cell.retiredMs = performance.now();
      const done = watch(cell)
        .catch((error: unknown) => log(`could not end an old cell of ${cell.name.script}: ${String(error)}`))
        .finally(() => retiring.delete(cell));
      retiring.set(cell, done);
    },
    close: async () => {
      closing = true;
      await Promise.all(retiring.values());
    },
  };
}
