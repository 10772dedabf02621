import { errorRate } from "../../src/declare/index.ts";
import { steadyClock } from "../../src/release/driver/clock.ts";
import type { Effects } from "../../src/release/driver/driver.ts";
import { type Figures, type Measured, nothing } from "../../src/release/gates/figures.ts";
import type { Entry, Rollout, Wish } from "../../src/release/journal/entry.ts";
import type { Journal } from "../../src/release/journal/journal.ts";
import type { Position, Released } from "../../src/release/plan.ts";
import type { Shares } from "./plan.ts";

/** What ends a driver at once, as `kill -9` does: no code of it catches this. */
export const killed = Symbol("killed");

export const steps = [10, 50, 100];
export const intervalSeconds = 10;
export const soakSeconds = 30;
const names = ["api", "web"] as const;
type Name = (typeof names)[number];
const released: readonly Released[] = names.map((name) => ({
  ...{ label: `shop/${name}`, script: name, stable: "old", fresh: "new", observed: true },
}));
const positions: readonly Position[] = names.flatMap((name) =>
  steps.map((percent) => ({
    ...{ workers: [`shop/${name}`], percent, soakSeconds, gates: [errorRate({ below: 0.05 })] },
    ...{ intervalSeconds, ingestionSeconds: 5, patienceSeconds: 90 },
  })),
);

/** What happens in a game. All of it is drawn from a seed. */
export interface Fate {
  /** A number in [0, 1), for what has to be decided on the way. */
  readonly draw: () => number;
  /** Of each line of the journal and each effect: whether the driver is killed before it, and behind it. */
  readonly killRate: number;
  /** Of each `up`: whether Cloudflare refuses it in the middle. */
  readonly refusalRate: number;
  /** Whether the engine of a driver that was killed goes on alone, or ends with it. */
  readonly orphansLive: boolean;
  /** Milliseconds by which the machine's clock is set back, or forth, while a driver runs. */
  readonly clockJumpMs: number;
  /** Share of a new version's requests that fail, at a percentage of its worker. */
  readonly failing: (worker: Name, percent: number) => number;
  /** How far metrics lag behind, one of how many they keep, and of how many they do not know the version; of how many questions nothing comes. */
  readonly metrics: {
    readonly delayMs: number;
    readonly sampleInterval: number;
    readonly unattributed: number;
    readonly refusalRate: number;
  };
  /** Somebody wishes these, at these true times behind the beginning. */
  readonly wishes: readonly { readonly wish: Wish; readonly afterMs: number }[];
}

/** A span of true time in which versions had these shares. */
interface Span {
  readonly fromMs: number;
  readonly shares: Shares;
}

export interface SimulatedStage {
  readonly journal: Journal;
  /** Those of a new process. */
  readonly effects: () => Effects;
  readonly entries: () => readonly Entry[];
  /** What users met, and from when on. */
  readonly spans: readonly Span[];
  /** True times of the lines of the journal. */
  readonly writtenMs: readonly number[];
  /** True times of the kills. */
  readonly kills: readonly number[];
  /** Lets pass what is still under way: somebody's engine, or nothing. */
  readonly settle: () => void;
}

/** A stage in memory, whose true time nobody sets: two workers, an engine that moves one of them after the other and holds a lock meanwhile. */
export function simulatedStage(fate: Fate): SimulatedStage {
  const begunMs = Date.UTC(2026, 0, 1);
  let trueMs = begunMs;
  let skewMs = 0;
  let entries: readonly Entry[] = [];
  const writtenMs: number[] = [];
  const kills: number[] = [];
  const spans: Span[] = [{ fromMs: 0, shares: { api: 0, web: 0 } }];
  /** What an engine without a driver does yet. */
  let orphan: { readonly atMs: number; readonly work: () => void }[] = [];
  const pending = [...fate.wishes].toSorted((a, b) => a.afterMs - b.afterMs);

  const line = (each: Entry): void => {
    entries = [...entries, each];
    writtenMs.push(trueMs);
  };
  const pass = (ms: number): void => {
    trueMs += ms;
    for (const { work } of orphan.filter(({ atMs }) => atMs <= trueMs)) work();
    orphan = orphan.filter(({ atMs }) => atMs > trueMs);
    for (let next = pending[0]; next !== undefined && begunMs + next.afterMs <= trueMs; next = pending[0]) {
      pending.shift();
      const at = new Date(trueMs + skewMs).toISOString();
      if (!hasEnded(entries)) line({ kind: "wished", at, wish: next.wish, by: "mia", reason: "because" });
    }
  };
  const mayDie = (): void => {
    if (fate.draw() >= fate.killRate) return;
    kills.push(trueMs);
    throw killed;
  };
  const give = (name: Name, percent: number): void => {
    const shares = spans.at(-1)?.shares ?? { api: 0, web: 0 };
    if (shares[name] !== percent) spans.push({ fromMs: trueMs, shares: { ...shares, [name]: percent } });
  };

  /** One `up`: callees first, and on the way back callers first. */
  function up(rollout: Rollout): void {
    if (orphan.length > 0) throw new Error("the stack is locked");
    const percent = (name: Name): number => rollout[`shop/${name}`]?.percent ?? 0;
    const isBack = names.every((name) => percent(name) === 0);
    const work = (isBack ? names.toReversed() : names).map((name) => () => give(name, percent(name)));
    for (const [at, each] of work.entries()) {
      if (fate.draw() < fate.killRate / 2) {
        kills.push(trueMs);
        if (fate.orphansLive)
          orphan = work.slice(at).map((left, more) => ({ atMs: trueMs + 2_000 * (more + 1), work: left }));
        throw killed;
      }
      pass(1_500);
      if (fate.draw() < fate.refusalRate) throw new Error("429: too many requests");
      each();
    }
  }
  /** As the command does before each `up`: an engine that a killed driver left is waited for. */
  const alone = (): void => {
    while (orphan.length > 0) pass(1_000);
  };

  const journal: Journal = {
    file: "memory",
    entries: () => entries,
    append(each) {
      mayDie();
      line(each);
      mayDie();
    },
  };
  const effects = (): Effects => {
    const nowMs = steadyClock(
      entries,
      () => trueMs + skewMs,
      () => trueMs,
    );
    return {
      nowMs,
      async sleep(ms) {
        if (fate.draw() < 0.01) skewMs += fate.clockJumpMs;
        pass(ms);
        // It sleeps four times a second.
        if (fate.draw() < 0.02) mayDie();
      },
      async prepare(_, note) {
        alone();
        const rollout = Object.fromEntries(
          released.map(({ label, stable }) => [label, { stable, percent: 0 }] as const),
        );
        note({ before: {}, rollout });
        up(rollout);
        mayDie();
        return { workers: released, positions };
      },
      async serve(rollout) {
        alone();
        up(rollout);
        mayDie();
      },
      async goBack({ rollout }) {
        alone();
        if (rollout !== undefined) up(rollout);
        mayDie();
      },
      async finish() {
        alone();
        mayDie();
      },
      async measure({ script }, { fromMs, toMs }) {
        pass(50);
        mayDie();
        if (fate.draw() < fate.metrics.refusalRate) throw new Error("POST /telemetry/query: 429: slow down");
        return measured(
          script === "web" ? "web" : "api",
          fromMs,
          Math.min(toMs, trueMs - fate.metrics.delayMs),
        );
      },
      smoke: async () => [],
      hook: () => Promise.reject(new Error("the plan has no hooks")),
      warmUp: async () => [],
      read: () => Promise.reject(new Error("no gate asks elsewhere")),
      show: () => undefined,
    };
  };

  /** A thousand requests a second, shared out as the spans say. */
  function measured(name: Name, fromMs: number, toMs: number): Measured | undefined {
    const { sampleInterval, unattributed } = fate.metrics;
    const counted = { fresh: 0, freshFailed: 0, stable: 0 };
    for (const [at, { fromMs: begins, shares }] of spans.entries()) {
      const ends = spans[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      const seconds = Math.max(0, Math.min(toMs, ends) - Math.max(fromMs, begins)) / 1000;
      const percent = shares[name];
      const mine =
        Math.floor((seconds * 10 * percent * (1 - unattributed)) / sampleInterval) * sampleInterval;
      counted.fresh += mine;
      counted.freshFailed += Math.round(mine * fate.failing(name, percent));
      counted.stable +=
        Math.floor((seconds * 10 * (100 - percent) * (1 - unattributed)) / sampleInterval) * sampleInterval;
    }
    if (counted.fresh + counted.stable === 0) return undefined;
    const figures = (requests: number, failed: number): Figures =>
      requests === 0 ? nothing : { requests, failed, sampleInterval, latencyMs: [] };
    return {
      fresh: figures(counted.fresh, counted.freshFailed),
      stable: figures(counted.stable, 0),
      unattributed,
    };
  }

  line({ kind: "begun", at: new Date(trueMs).toISOString(), id: "r", stage: "prod", by: "mia" });
  return { journal, effects, entries: () => entries, spans, writtenMs, kills, settle: alone };
}

const hasEnded = (entries: readonly Entry[]): boolean =>
  entries.some(({ kind }) => kind === "finished" || kind === "aborted");
