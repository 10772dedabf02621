import type { Cell } from "./cell.ts";
import { askLink, CellUnreachable } from "./control.ts";

export interface WatchdogOptions {
  readonly cells: () => readonly Cell[];
  readonly limitMs: number;
  readonly end: (cell: Cell) => void;
  readonly log: (line: string) => void;
}

/**
 * Ends the runtime of a worker in an endless loop, which nothing else would: it answers no request and no deployment.
 * Looks only while somebody waits for an answer.
 */
export function watchdog({ cells, limitMs, end, log }: WatchdogOptions): { readonly stop: () => void } {
  const asking = new Set<Cell>();
  const ask = async (cell: Cell): Promise<void> => {
    if (asking.has(cell)) return;
    asking.add(cell);
    try {
      await askLink(cell, "/ping", null, limitMs);
    } catch (error) {
      if (!(error instanceof CellUnreachable)) throw error;
      if (!error.silent) return; // it is starting or ending
      log(`${cell.name.script} held the processor for ${limitMs / 1000} s; its runtime is started again`);
      cell.exceededCpu = true;
      end(cell);
    } finally {
      asking.delete(cell);
    }
  };
  const timer = setInterval(() => {
    const all = cells();
    if (!all.some((cell) => cell.inflight > 0)) return;
    for (const cell of all)
      ask(cell).catch((error: unknown) => log(`watchdog: ${cell.name.script}: ${String(error)}`));
  }, limitMs / 6);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
