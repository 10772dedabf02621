import type { EveryGate } from "./every-gate.ts";
import type { MetricSource } from "./sources.ts";

/**
 * A figure of your own: held to a limit, to the stable version over the same time, or to both.
 *
 * @example
 * const gate: MetricGate = metric({
 *   name: "jobs-failed",
 *   source: urlSource({ url: "https://metrics.example.com/jobs", reads: { part: "/failed", whole: "/all" } }),
 *   limit: 0.02,
 * });
 */
export interface MetricGate extends EveryGate {
  readonly kind: "metric";
  /** Where its figures come from. */
  readonly source: MetricSource;
  /** Which way is good. */
  readonly better: "lower" | "higher";
  /** Passes at this value, or on its better side. A share is 0 to 1. @default - only the comparison is held to */
  readonly limit?: number;
  /** Fails on the worse side of this value; between the two it waits. @default - `limit` */
  readonly alarm?: number;
  /** What counts as worse than the stable version. @default - it is not compared */
  readonly compare?: Comparison;
  /** Samples of the new version that have to be measured before the gate can pass. @default - 100 where the source tells samples, none otherwise */
  readonly minimumSamples?: number;
}

/**
 * How much worse than the stable version a new one may be.
 *
 * @example
 * const half: Comparison = { worseBy: 0.5 };
 */
export interface Comparison {
  /** Of the stable version's figure: 0.5 is half as much again where lower is better, and a third less where higher is. A share has to be worse beyond chance, too. */
  readonly worseBy: number;
}

/**
 * A gate on a figure of your own. A function that gives one is a template: it takes what differs, and is called with it.
 *
 * @param options `better` is "lower" where it is left out
 * @example
 * const failedJobs = (database: D1, limit: number): MetricGate =>
 *   metric({
 *     name: `${database.name}-jobs-failed`,
 *     source: sqlSource({
 *       database,
 *       sql: "SELECT count(*) AS jobs, sum(failed) AS failed FROM jobs WHERE version = ?1 AND at BETWEEN ?2 AND ?3",
 *       params: [argument.version, argument.fromMs, argument.toMs],
 *       reads: { part: "failed", whole: "jobs" },
 *     }),
 *     limit,
 *     compare: { worseBy: 0.5 },
 *   });
 */
export const metric = (
  options: Pick<MetricGate, "name" | "source"> & Partial<Omit<MetricGate, "kind">>,
): MetricGate => ({ kind: "metric", better: "lower", warmUpSeconds: 0, dryRun: false, ...options });
