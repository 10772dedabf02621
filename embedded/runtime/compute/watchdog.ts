import type { Cell } from "./cell.ts";

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
      await fetch(new URL("/ping", cell.controlUrl), { signal: AbortSignal.timeout(limitMs) });
    } catch (error) {
      // anything else is a runtime that is starting or ending
      if (!(error instanceof Error) || error.name !== "TimeoutError") return;
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
