import type { Gate, ReleasePlan, ReleaseScore, Worker } from "../declare/index.ts";
import { testsOf } from "./gates/tests-of.ts";
import type { Wave } from "./order/order.ts";

/** A worker that has a new version. */
export interface Released {
  /** `<system>/<name>`. */
  readonly label: string;
  /** Its name at Cloudflare. */
  readonly script: string;
  /** Id of the version before. */
  readonly stable: string;
  /** Id of the new one. */
  readonly fresh: string;
  /** Whether Workers Observability records its invocations. */
  readonly observed: boolean;
}

/** One step of some workers: an `up`, and what comes of it. */
export interface Position {
  /** `<system>/<name>` of those that get more requests now. */
  readonly workers: readonly string[];
  readonly percent: number;
  readonly soakSeconds: number;
  readonly gates: readonly Gate[];
  readonly intervalSeconds: number;
  readonly ingestionSeconds: number;
  readonly patienceSeconds: number;
  /** Of the workers those that are static files alone: nothing of them is invoked, so no gate on requests is asked of them. @default - none */
  readonly filesAlone?: readonly string[] | undefined;
  /** @default - the usual one */
  readonly score?: ReleaseScore | undefined;
  /** The manual gate before it. @default - nobody is asked */
  readonly approval?: string | undefined;
}

/** Of a good release, whatever its steps, gates and looks are: all of its tests together. */
const falseAlarms = 0.008;

/**
 * How many looks at fresh data so many looks at data that grow are worth. Siegmund's approximation for a boundary of about four
 * standard deviations: each look sees mostly what the one before saw.
 */
const independentLooks = (looks: number): number => Math.min(looks, 2 + 8 * Math.log(looks));

const atOnce: ReleasePlan = { steps: [{ percent: 100, soakSeconds: 0 }] };

/**
 * The steps of a release in order: wave by wave, as the plan of the wave's system has them. A system without a plan goes to 100 % at once.
 * @param changed `<system>/<name>` of the workers that have a new version
 */
export const positionsOf = (waves: readonly Wave[], changed: readonly string[]): readonly Position[] =>
  waves.flatMap(({ system, workers: wave }) => {
    const label = ({ name }: Worker): string => `${system.name}/${name}`;
    const released = wave.filter((worker) => changed.includes(label(worker)));
    if (released.length === 0) return [];
    const filesAlone = released
      .filter(({ main, pages }) => main === undefined && pages === undefined)
      .map(label);
    const {
      steps,
      gates = [],
      intervalSeconds = 60,
      ingestionSeconds = 120,
      patienceSeconds = 3600,
      score,
    } = system.release ?? atOnce;
    return steps.map(({ percent, soakSeconds, approval }) => ({
      ...(approval !== undefined && { approval }),
      ...(filesAlone.length > 0 && { filesAlone }),
      workers: released.map(label),
      percent,
      soakSeconds,
      gates,
      intervalSeconds,
      ingestionSeconds,
      patienceSeconds,
      ...(score !== undefined && { score }),
    }));
  });

/** How many of the requests each worker's new version gets at a position; -1 is before the first one. */
export function percentsAt(positions: readonly Position[], at: number): Readonly<Record<string, number>> {
  const all = new Set(positions.flatMap(({ workers }) => workers));
  return Object.fromEntries(
    [...all].map((worker) => {
      const reached = positions.slice(0, at + 1).findLast(({ workers }) => workers.includes(worker));
      return [worker, reached?.percent ?? 0];
    }),
  );
}

/** The chance of a false alarm that each test of a release may have, so that all of them together stay below {@link falseAlarms}. */
export function chancePerTest(positions: readonly Position[]): number {
  const tests = positions.reduce(
    (sum, at) =>
      sum + at.workers.length * at.gates.reduce((all, gate) => all + testsOf(gate) * looksAt(gate, at), 0),
    0,
  );
  return falseAlarms / Math.max(1, tests);
}

/** Independent looks that a step takes at a gate. */
function looksAt({ intervalSeconds, count }: Gate, at: Position): number {
  const looks = Math.ceil((at.soakSeconds + at.patienceSeconds) / (intervalSeconds ?? at.intervalSeconds));
  return independentLooks(Math.max(1, Math.min(looks, count ?? looks)));
}
