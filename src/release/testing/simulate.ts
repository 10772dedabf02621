import { errorRate, latency } from "../../declare/index.ts";
import type { Figures } from "../gates/figures.ts";
import { judge, type RequestsGate } from "../gates/judge.ts";
import type { Verdict } from "../gates/verdict.ts";
import { levels } from "../metrics/window.ts";
import { chancePerTest, type Position } from "../plan.ts";
import { normalQuantileOfTail } from "../statistics/normal.ts";
import { binomial } from "./random.ts";

/** How a version behaves: its latency is log-normal, as latencies are. */
export interface Behaviour {
  readonly errorRate: number;
  readonly medianMs: number;
  readonly sigma: number;
}

export const healthy: Behaviour = { errorRate: 0.01, medianMs: 100, sigma: 0.8 };

/** Limits that neither version reaches: what is tried is the comparison. */
const gates: readonly RequestsGate[] = [
  errorRate({ below: 0.1 }),
  latency({ percentile: 95, belowMs: 1000 }),
];

const position = (percent: number): Position => ({
  ...{ workers: ["shop/api"], percent, gates, soakSeconds: 1800 },
  ...{ intervalSeconds: 60, ingestionSeconds: 120, patienceSeconds: 3600 },
});
/** 10, 50 and 100 %, half an hour each, measured every minute. */
export const positions: readonly Position[] = [10, 50, 100].map(position);
const chance = chancePerTest(positions);

/** Fine enough for the last of the levels. */
const bins = 8192;
/** Standard normal values in the middle of each bin: latencies are looked up, not computed a million times. */
const deviations = Float64Array.from({ length: bins }, (_, at) =>
  normalQuantileOfTail(1 - (at + 0.5) / bins),
);

/** A version under measurement: what it did so far. */
interface Running {
  readonly behaves: Behaviour;
  readonly counts: Uint32Array;
  requests: number;
  failed: number;
}

const running = (behaves: Behaviour): Running => ({
  behaves,
  counts: new Uint32Array(bins),
  requests: 0,
  failed: 0,
});

function serve(random: () => number, version: Running, requests: number): void {
  version.requests += requests;
  version.failed += binomial(random, requests, version.behaves.errorRate);
  for (let i = 0; i < requests; i++) {
    const bin = (random() * bins) | 0;
    version.counts[bin] = (version.counts[bin] ?? 0) + 1;
  }
}

function figuresOf({ behaves, counts, requests, failed }: Running): Figures {
  const ranks = levels.map((level) => Math.max(1, Math.ceil(level * requests)));
  const found: number[] = [];
  let below = 0;
  for (let bin = 0; bin < bins && found.length < ranks.length; bin++) {
    below += counts[bin] ?? 0;
    while (found.length < ranks.length && below >= (ranks[found.length] ?? 0))
      found.push(behaves.medianMs * Math.exp(behaves.sigma * (deviations[bin] ?? 0)));
  }
  return {
    requests,
    failed,
    sampleInterval: 1,
    latencyMs: levels.map((level, at) => [level, found[at] ?? 0] as const),
  };
}

export interface Tried {
  readonly fresh: Behaviour;
  readonly stable: Behaviour;
  /** That a step shares out between the versions while it soaks. */
  readonly requests: number;
  /** Measurements of a step, each of all that came since it began. */
  readonly looks: number;
}

/** One step of a release: what its gates say at the last look, or at the first one at which any fails. */
export function step(random: () => number, percent: number, tried: Tried): Verdict {
  const { fresh, stable, requests, looks } = tried;
  const versions = { fresh: running(fresh), stable: running(stable) };
  const share = Math.round((requests * percent) / 100);
  let last: readonly Verdict[] = [];
  for (let at = 1; at <= looks; at++) {
    const due = (of: number): number => Math.round((of * at) / looks) - Math.round((of * (at - 1)) / looks);
    serve(random, versions.fresh, due(share));
    serve(random, versions.stable, due(requests - share));
    const measured = {
      fresh: figuresOf(versions.fresh),
      stable: percent === 100 ? undefined : figuresOf(versions.stable),
      unattributed: 0,
    };
    last = gates.map((gate) => judge(gate, measured, chance).verdict);
    if (last.includes("fail")) return "fail";
  }
  return last.includes("inconclusive") ? "inconclusive" : "pass";
}

/** Whether a gate fails anywhere in a release. */
export const isAborted = (random: () => number, tried: Tried): boolean =>
  positions.some(({ percent }) => step(random, percent, tried) === "fail");

/** How many of so many seeded releases are aborted. */
export function aborted(releases: number, seed: () => number, tried: Tried): number {
  let count = 0;
  for (let i = 0; i < releases; i++) if (isAborted(seed, tried)) count += 1;
  return count;
}
