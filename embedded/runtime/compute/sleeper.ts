import type { Cell } from "./cell/cell.ts";
import type { Peers } from "./peers.ts";
import type { Place, Script, Scripts } from "./scripts.ts";

export interface SleeperOptions {
  readonly scripts: Scripts;
  readonly peers: Peers;
  readonly idleLimitMs: number;
  /** Above so many versions awake, those that were not asked for the longest sleep without waiting for the limit. */
  readonly awakeLimit: number;
  readonly tell: (script: Script) => Promise<void>;
  readonly retire: (cell: Cell) => void;
  readonly log: (line: string) => void;
}

interface Awake {
  readonly script: Script;
  readonly place: Place;
  readonly cell: Cell;
}

/** Workers in use just now do not take turns sleeping, however many they are: a start costs more than what it frees. */
const inUseMs = 1_000;

/**
 * Puts versions to sleep that nobody asked for a while, as Cloudflare evicts isolates: each costs memory.
 * Owners of objects stay: their alarms have to ring.
 */
export function sleeper({ scripts, peers, idleLimitMs, awakeLimit, tell, retire, log }: SleeperOptions): {
  readonly stop: () => void;
} {
  const lull = async ({ script, place, cell }: Awake): Promise<void> => {
    if (cell.inflight > 0 || (await peers.callsTo(cell, "service")) > 0) return;
    place.cell = undefined;
    if (idleMs(cell) > idleLimitMs) cell.lastActiveMs = undefined; // longer than any waitUntil goes on
    await tell(script);
    retire(cell); // a call that came in meanwhile is drained like any other
  };

  const look = async (): Promise<void> => {
    const awake = awakeOf(scripts).toSorted((a, b) => idleMs(b.cell) - idleMs(a.cell));
    const tooMany = awake.length - awakeLimit;
    for (const [index, one] of awake.entries())
      if (idleMs(one.cell) > (index < tooMany ? inUseMs : idleLimitMs)) await lull(one);
  };
  const timer = setInterval(
    () => {
      look().catch((error: unknown) => log(`could not put idle workers to sleep: ${String(error)}`));
    },
    Math.min(Math.max(idleLimitMs / 10, 50), inUseMs),
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

const idleMs = (cell: Cell): number => Date.now() - (cell.lastActiveMs ?? cell.startedAtMs);

/** What runs, of all scripts. */
export const awakeOf = (scripts: Scripts): readonly Awake[] =>
  scripts
    .all()
    .flatMap((script) =>
      [...script.shares.map(({ place }) => place), ...script.previews].flatMap((place) =>
        place.cell === undefined ? [] : [{ script, place, cell: place.cell }],
      ),
    );
