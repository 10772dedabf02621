import { errorRate, type Gate } from "../../declare/index.ts";
import type { Effects, WayBack } from "../driver/driver.ts";
import type { Measured } from "../gates/figures.ts";
import type { Readings } from "../gates/reading.ts";
import { type Conduct, plain } from "../hooks/conduct.ts";
import type { HookEnd, Told } from "../hooks/told.ts";
import type { Entry, Rollout } from "../journal/entry.ts";
import type { Journal } from "../journal/journal.ts";
import type { Position, Released } from "../plan.ts";

/** What ends a driver at once, as `kill -9` does: no code of it catches this. */
export const killed = Symbol("killed");

const worker: Released = {
  ...{ label: "shop/api", script: "shop-api", stable: "old", fresh: "new", observed: true },
};
export const positions: readonly Position[] = [10, 50, 100].map((percent) => ({
  ...{ workers: ["shop/api"], percent, gates: [errorRate({ below: 0.05 })], soakSeconds: 30 },
  ...{ intervalSeconds: 10, ingestionSeconds: 2, patienceSeconds: 75 },
}));

const untold = { measures: "nothing", reason: "nobody was asked" } as const;

export interface World {
  readonly effects: Effects;
  readonly journal: Journal;
  /** What the new version got, in the order in which it got it. */
  readonly served: number[];
  /** How long users met the new version after it had begun to fail conclusively, and everything else that a test reads. */
  readonly entries: () => readonly Entry[];
  /** What hooks were told, in the order in which they were run. */
  readonly told: Told[];
  /** The ways back that were gone. */
  readonly ways: WayBack[];
  nowMs: number;
}

export interface WorldOptions {
  /** Share of the new version's requests that fail, at a percentage. @default 0 */
  readonly failing?: (percent: number) => number;
  /** Comes before every effect and every line of the journal, and may throw. */
  readonly before?: (what: string) => void;
  /** @default - what is served */
  readonly measure?: (percent: number) => Measured | undefined;
  /** What every source of a metric tells. @default - nothing */
  readonly read?: (percent: number) => Readings;
  /** Of every step, in the place of one error rate. */
  readonly gates?: readonly Gate[];
  /** @default - nothing beside the steps */
  readonly conduct?: Partial<Conduct>;
  /** @default - those of {@link positions} */
  readonly steps?: readonly Position[];
  /** How a hook ends. @default - well */
  readonly hook?: (told: Told) => Partial<HookEnd>;
  /** What the new version answers to a smoke test. @default - what it should */
  readonly isSmokeOk?: boolean;
}

/** A stage in memory: a clock that only sleep moves, versions that share requests, and a journal that a kill does not take away. */
export function world(options: WorldOptions = {}): World {
  const { failing = () => 0, before = () => undefined, measure, gates, conduct, steps = positions } = options;
  const { read = () => ({ fresh: untold, stable: undefined, unattributed: 0, cost: undefined }) } = options;
  const { hook = () => ({}), isSmokeOk = true } = options;
  const told: Told[] = [];
  let entries: readonly Entry[] = [];
  const served: number[] = [];
  const ways: WayBack[] = [];
  const made = {
    told,
    ways,
    nowMs: Date.UTC(2026, 0, 1),
    served,
    entries: () => entries,
    journal: {
      file: "memory",
      entries: () => entries,
      append(line: Entry) {
        if (line.kind !== "begun") before(`journal ${line.kind}`);
        entries = [...entries, line];
      },
    },
  };
  const share = (rollout: Rollout): void => {
    served.push(rollout["shop/api"]?.percent ?? Number.NaN);
  };
  const figures = (requests: number, rate: number) => ({
    ...{ requests, failed: Math.round(requests * rate), sampleInterval: 1, latencyMs: [] },
  });
  const effects: Effects = {
    nowMs: () => made.nowMs,
    async sleep(ms) {
      made.nowMs += ms;
    },
    async prepare(_, note) {
      before("prepare");
      note({ before: {}, rollout: { "shop/api": { stable: "old", percent: 0 } } });
      before("up");
      served.push(0);
      before("prepared");
      return {
        workers: [worker],
        positions: gates === undefined ? steps : steps.map((at) => ({ ...at, gates })),
        conduct: { ...plain, ...conduct },
      };
    },
    async smoke({ conduct: { smoke } }) {
      before("smoke");
      return smoke.map(({ worker: label, path }) => ({ worker: label, path, ok: isSmokeOk, said: "said" }));
    },
    async hook(_, of) {
      before("hook");
      told.push(of);
      before("hooked");
      return { ok: true, said: "exit code 0", durationMs: 1, output: "", ...hook(of) };
    },
    async warmUp(warmUps, workers) {
      before("warm up");
      const sent = warmUps.reduce((sum, { total }) => sum + total, 0);
      return workers.map(({ label }) => ({ worker: label, sent, failed: 0 }));
    },
    async serve(rollout) {
      before("serve");
      share(rollout);
      before("served");
    },
    async goBack(way) {
      before("goBack");
      ways.push(way);
      share(way.rollout ?? { "shop/api": { stable: "old", percent: 0 } });
      before("gone back");
    },
    async finish() {
      before("finish");
      served.push(100);
    },
    async measure() {
      before("measure");
      const percent = served.at(-1) ?? 0;
      if (measure !== undefined) return measure(percent);
      const stable = percent === 100 ? undefined : figures(1000 * (100 - percent), 0.001);
      return { fresh: figures(1000 * percent, failing(percent)), stable, unattributed: 0 };
    },
    async read() {
      before("read");
      return read(served.at(-1) ?? 0);
    },
    show: () => undefined,
  };
  return Object.assign(made, { effects });
}
