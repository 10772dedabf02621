import type { EveryGate } from "./gates/every-gate.ts";
import type { MetricGate } from "./gates/metric.ts";
import type { FreezeWindow } from "./release/freeze.ts";
import type { Hook } from "./release/hooks.ts";
import type { SmokeRequest, WarmUp } from "./release/requests.ts";

/**
 * How a system's new versions reach people: in steps, each held to gates.
 *
 * @example
 * const release: ReleasePlan = {
 *   steps: [
 *     { percent: 10, soakSeconds: 1800 },
 *     { percent: 50, soakSeconds: 3600 },
 *     { percent: 100, soakSeconds: 3600 },
 *   ],
 *   gates: [errorRate({ below: 0.01, alarm: 0.05 }), latency({ percentile: 95, belowMs: 2000, alarmMs: 5000 })],
 * };
 */
export interface ReleasePlan {
  /** Rising; the last one is 100 %. */
  readonly steps: readonly ReleaseStep[];
  /** What every step is held to, by every worker that has a new version. @default - nothing: a step lasts as long as its soak */
  readonly gates?: readonly Gate[];
  /** Seconds between two measurements. @default 60 */
  readonly intervalSeconds?: number;
  /** The newest seconds of every metric are left out, because they are not all counted yet. @default 120 */
  readonly ingestionSeconds?: number;
  /** Seconds that a step may go on behind its soak while a gate is inconclusive; then the release goes back to the stable version. @default 3600 */
  readonly patienceSeconds?: number;
  /** What the gates that are not critical come to together. @default { pass: 0.95, marginal: 0.75 } */
  readonly score?: ReleaseScore;
  /** What is run or asked at its moments, in this order. @default - nothing */
  readonly hooks?: readonly Hook[];
  /** What each new version is asked before anybody meets it, besides its own `smoke` path; one wrong answer ends the release. @default - the `smoke` path of each worker that has one */
  readonly smoke?: readonly SmokeRequest[];
  /** Requests to a new version before each of its steps. @default - none */
  readonly warmUp?: WarmUp;
  /** When no release begins and no step is taken. @default - never */
  readonly freezes?: readonly FreezeWindow[];
  /**
   * Where the header `Cloudflare-Workers-Version-Key` is set, in words for people: by a transform rule of the zone, or by the callers. Needed where
   * a worker with static assets is released in steps: without the key a page of one version asks for files of the other.
   * @default - nowhere
   */
  readonly versionKey?: string;
}

/**
 * What the gates that are not critical come to together: the weight of those that pass, of the weight of all.
 *
 * @example
 * const score: ReleaseScore = { pass: 0.9, marginal: 0.5 };
 */
export interface ReleaseScore {
  /** From here on they pass, 0 to 1. */
  readonly pass: number;
  /** Below this they fail, 0 to 1. Between the two the step waits. */
  readonly marginal: number;
}

/**
 * A part of the requests, and how long it stays that way.
 *
 * @example
 * const first: ReleaseStep = { percent: 10, soakSeconds: 1800 };
 */
export interface ReleaseStep {
  /** Of the requests to each worker that has a new version, 1 to 100. */
  readonly percent: number;
  /** Seconds that the step lasts at least. */
  readonly soakSeconds: number;
  /** Name of a manual gate: the step is not taken until somebody says `just release <stage> --approve <name> --reason "…"`. @default - nobody is asked */
  readonly approval?: string;
}

/**
 * What a new version is measured by. A gate passes, fails, or is inconclusive: then the step waits, and it never passes.
 *
 * @example
 * const gates: Gate[] = [errorRate({ below: 0.01 })];
 */
export type Gate = ErrorRateGate | LatencyGate | MetricGate;

/** What the two gates have that measure a worker's requests. */
interface RequestsGate extends EveryGate {
  /** Requests to the new version that have to be measured before the gate can pass. */
  readonly minimumRequests: number;
  /** Whether the new version is also held against the stable one over the same time. */
  readonly compare: boolean;
}

/**
 * The share of invocations whose outcome is not ok or that answered with a status of 500 or more.
 *
 * @example
 * const gate: ErrorRateGate = errorRate({ below: 0.01, alarm: 0.05 });
 */
export interface ErrorRateGate extends RequestsGate {
  readonly kind: "errorRate";
  /** Passes at most at this share, 0 to 1. */
  readonly below: number;
  /** Fails above this share, 0 to 1. */
  readonly alarm: number;
}

/**
 * A percentile of how long invocations take, by the clock.
 *
 * @example
 * const gate: LatencyGate = latency({ percentile: 95, belowMs: 2000, alarmMs: 5000 });
 */
export interface LatencyGate extends RequestsGate {
  readonly kind: "latency";
  /** 50, 75, 90, 95, 99. */
  readonly percentile: number;
  /** Passes at most at this many milliseconds. */
  readonly belowMs: number;
  /** Fails above this many milliseconds. */
  readonly alarmMs: number;
}

type Common = Partial<Omit<RequestsGate, "name">> & {
  /** @default - the gate's kind, and its percentile */
  readonly name?: string;
};

const defaults = { minimumRequests: 100, compare: true, warmUpSeconds: 0, dryRun: false } as const;

/**
 * A gate on the error rate: it fails above `alarm`, or where the new version fails measurably more often than the stable one, and
 * passes below `below`. Between the two it waits.
 *
 * @param options `below`, 0 to 1; `alarm` is `below` where it is left out. `minimumRequests` 100, `compare` true, `warmUpSeconds` 0, `dryRun` false
 * @example
 * const gate = errorRate({ below: 0.01, alarm: 0.05 });
 */
export const errorRate = (
  options: Common & { readonly below: number; readonly alarm?: number },
): ErrorRateGate => ({
  kind: "errorRate",
  name: "error-rate",
  ...defaults,
  alarm: options.below,
  ...options,
});

/**
 * A gate on latency: it fails above `alarmMs`, or where the new version is measurably slower than the stable one, by a twentieth of
 * `belowMs` or more, and passes below `belowMs`. Between the two it waits.
 *
 * @param options `percentile`: 50, 75, 90, 95 or 99; milliseconds; `alarmMs` is `belowMs` where it is left out. `warmUpSeconds` 60, the others as of {@link errorRate}
 * @example
 * const gate = latency({ percentile: 95, belowMs: 2000, alarmMs: 5000 });
 */
export const latency = (
  options: Common & { readonly percentile: number; readonly belowMs: number; readonly alarmMs?: number },
): LatencyGate => ({
  kind: "latency",
  name: `latency-p${options.percentile}`,
  ...defaults,
  warmUpSeconds: 60,
  alarmMs: options.belowMs,
  ...options,
});
