import type { Cell } from "./cell/cell.ts";
import type { Peers } from "./peers.ts";
import type { Script, Scripts } from "./scripts.ts";

export interface SleeperOptions {
  readonly scripts: Scripts;
  readonly peers: Peers;
  readonly idleLimitMs: number;
  readonly tell: (script: Script) => Promise<void>;
  readonly retire: (cell: Cell) => void;
  readonly log: (line: string) => void;
}

/**
 * Puts versions to sleep that nobody asked for a while, as Cloudflare evicts isolates: each costs memory.
 * Owners of objects stay: their alarms have to ring.
 */
export function sleeper({ scripts, peers, idleLimitMs, tell, retire, log }: SleeperOptions): {
  readonly stop: () => void;
} {
  const idle = (cell: Cell): boolean =>
    cell.inflight === 0 && Date.now() - (cell.lastActiveMs ?? cell.startedAtMs) > idleLimitMs;

  const look = async (): Promise<void> => {
    for (const script of scripts.all())
      for (const { place } of script.shares) {
        const { cell } = place;
        if (cell === undefined || !idle(cell) || (await peers.callsTo(cell, "service")) > 0) continue;
        place.cell = undefined;
        cell.lastActiveMs = undefined; // idle for longer than any waitUntil goes on
        await tell(script);
        retire(cell); // a call that came in meanwhile is drained like any other
      }
  };
  const timer = setInterval(
    () => {
      look().catch((error: unknown) => log(`could not put idle workers to sleep: ${String(error)}`));
    },
    Math.max(idleLimitMs / 10, 50),
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
