import type { Quantiles } from "../statistics/distribution.ts";

/** What one version did in a window of time. */
export interface Figures {
  /** Invocations, as Cloudflare estimates them where it sampled. */
  readonly requests: number;
  /** Of those, the ones that failed. */
  readonly failed: number;
  /** One of so many invocations was seen: what a test counts is what was seen. */
  readonly sampleInterval: number;
  /** Levels and milliseconds; empty where nothing was timed. */
  readonly latencyMs: Quantiles;
}

/** What the metrics tell of a worker in a window of time. */
export interface Measured {
  readonly fresh: Figures;
  /** Undefined where the stable version gets no requests any more. */
  readonly stable: Figures | undefined;
  /** Share of the worker's invocations of which nothing tells the version. */
  readonly unattributed: number;
}

export const nothing: Figures = { requests: 0, failed: 0, sampleInterval: 1, latencyMs: [] };

/** How many invocations were really seen. */
export const seen = ({ requests, sampleInterval }: Figures): number => Math.round(requests / sampleInterval);
/** How many failures were really seen. */
export const seenFailed = ({ failed, sampleInterval }: Figures): number =>
  Math.round(failed / sampleInterval);

/** Metrics that leave out more than this of the versions tell nothing of one. */
export const mostUnattributed = 0.2;
