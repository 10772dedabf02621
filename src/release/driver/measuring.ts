import type { Gate, MetricGate, MetricSource } from "../../declare/index.ts";
import type { Measured } from "../gates/figures.ts";
import { judge } from "../gates/judge.ts";
import { judgeMetric } from "../gates/metric.ts";
import type { Readings } from "../gates/reading.ts";
import type { Judgement } from "../gates/verdict.ts";
import type { Judged } from "../journal/entry.ts";
import type { Window } from "../metrics/window.ts";
import { chancePerTest, type Position, type Released } from "../plan.ts";
import { isAskedOf } from "../step/held.ts";
import type { Progress } from "./progress.ts";
import { saidOf } from "./said.ts";

/** What can be asked about versions that share a worker's requests. */
export interface Metrics {
  readonly nowMs: () => number;
  readonly measure: (worker: Released, window: Window) => Promise<Measured | undefined>;
  /** What a source of a user's own tells. */
  readonly read: (source: MetricSource, worker: Released, window: Window) => Promise<Readings>;
}

/** The gates of a position that are due, each asked of every worker that the position is of. */
export async function measured(
  { prepared, servedSinceMs, warming }: Progress,
  position: number,
  due: readonly string[],
  metrics: Metrics,
): Promise<readonly Judged[]> {
  const at = prepared?.positions[position];
  if (prepared === undefined || at === undefined || servedSinceMs === undefined) return [];
  const chance = chancePerTest(withLooks(prepared.positions, position, metrics.nowMs() - servedSinceMs));
  const workers = prepared.workers.filter(({ label }) => at.workers.includes(label));
  const toMs = metrics.nowMs() - at.ingestionSeconds * 1000;
  const gates = at.gates.filter(({ name }) => due.includes(name));
  const judged = workers.map((worker) => {
    const requests = oncePerWindow((window) => metrics.measure(worker, window));
    const asked = gates.filter((gate) => isAskedOf(gate, worker.label, at));
    return asked.map(async (gate): Promise<Judged> => {
      const warmMs = warming?.position === position ? warming.sinceMs : servedSinceMs;
      const fromMs = gate.countsWarmUp === true ? warmMs : servedSinceMs + gate.warmUpSeconds * 1000;
      const window = windowOf(worker, at, fromMs, toMs);
      const named = { worker: worker.label, gate: gate.name, ...(gate.dryRun && { dryRun: true as const }) };
      try {
        return { ...named, ...(await judgementOf(gate, worker, window, { chance, metrics, requests })) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { ...named, verdict: "inconclusive", reason: `no metrics came: ${saidOf(error)}` };
      }
    });
  });
  return Promise.all(judged.flat());
}

/** A step that waits for somebody, or is paused, is looked at more often than its plan has it: the chance is shared out over those looks too. */
const withLooks = (
  positions: readonly Position[],
  position: number,
  elapsedMs: number,
): readonly Position[] =>
  positions.map((at, index) =>
    index === position
      ? { ...at, patienceSeconds: Math.max(at.patienceSeconds, elapsedMs / 1000 - at.soakSeconds) }
      : at,
  );

interface Means {
  /** Of a false alarm, for each test. */
  readonly chance: number;
  readonly metrics: Metrics;
  readonly requests: (window: Window) => Promise<Measured | undefined>;
}

async function judgementOf(
  gate: Gate,
  worker: Released,
  window: Window,
  { chance, metrics, requests }: Means,
): Promise<Judgement> {
  if (window.toMs <= window.fromMs)
    return { verdict: "inconclusive", reason: "the time that is measured has not begun" };
  switch (gate.kind) {
    case "errorRate":
    case "latency":
      return judge(gate, await requests(window), chance);
    case "metric":
      return judgeMetric(gate, await metrics.read(gate.source, worker, comparedIn(gate, window)), chance);
    default:
      return gate satisfies never;
  }
}

/** The stable version is asked about only where something is compared with it. */
const comparedIn = ({ compare }: MetricGate, window: Window): Window =>
  compare === undefined ? { ...window, stable: undefined } : window;

const windowOf = (
  { script, fresh, stable }: Released,
  { percent }: Position,
  fromMs: number,
  toMs: number,
): Window => ({ script, fresh, stable: percent === 100 ? undefined : stable, fromMs, toMs });

/** Gates with the same warm-up are asked of one answer. */
function oncePerWindow<Value>(ask: (window: Window) => Promise<Value>): (window: Window) => Promise<Value> {
  const asked = new Map<number, Promise<Value>>();
  return (window) => {
    const known = asked.get(window.fromMs) ?? ask(window);
    asked.set(window.fromMs, known);
    return known;
  };
}
