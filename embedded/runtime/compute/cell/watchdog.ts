import type { Cell } from "./cell.ts";
import { askLink, CellUnreachable } from "./control.ts";

export interface WatchdogOptions {
  readonly cells: () => readonly Cell[];
  readonly limitMs: number;
  readonly end: (cell: Cell) => void;
  /** It has been away for longer than any start takes: nobody is starting it. */
  readonly replace: (cell: Cell) => void;
  readonly log: (line: string) => void;
}

/** A crashed runtime is back in a fraction of a second; Miniflare, though, can miss that one ended while it was starting. */
const awayLimitMs = 5_000;

/**
 * Ends the runtime of a worker in an endless loop, which nothing else would: it answers no request and no deployment.
 * Replaces one that does not come back. Looks only while somebody asks for something.
 */
export function watchdog({ cells, limitMs, end, replace, log }: WatchdogOptions): {
  readonly stop: () => void;
} {
  const asking = new Set<Cell>();
  const awaySinceMs = new WeakMap<Cell, number>();
  const everyMs = limitMs / 6;
  const away = (cell: Cell): void => {
    const since = awaySinceMs.get(cell) ?? performance.now();
    awaySinceMs.set(cell, since);
    if (performance.now() - since < awayLimitMs) return; // it is starting or ending
    awaySinceMs.delete(cell);
    replace(cell);
  };
  const asked = ({ inflight, lastActiveMs = 0 }: Cell): boolean =>
    inflight > 0 || Date.now() - lastActiveMs < 2 * everyMs;
  const ask = async (cell: Cell): Promise<void> => {
    if (asking.has(cell)) return;
    asking.add(cell);
    try {
      await askLink(cell, "/ping", null, limitMs);
      awaySinceMs.delete(cell);
    } catch (error) {
      if (!(error instanceof CellUnreachable)) throw error;
      if (!error.silent) return away(cell);
      log(`${cell.name.script} held the processor for ${limitMs / 1000} s; its runtime is started again`);
      cell.exceededCpu = true;
      end(cell);
    } finally {
      asking.delete(cell);
    }
  };
  const timer = setInterval(() => {
    const all = cells();
    if (!all.some(asked)) return;
    for (const cell of all)
      ask(cell).catch((error: unknown) => log(`watchdog: ${cell.name.script}: ${String(error)}`));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
