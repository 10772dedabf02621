import type { StageText } from "./stage-text.ts";

/**
 * A dataset of Workers Analytics Engine, bound by {@link analyticsEngine}.
 *
 * @example
 * const clicks: AnalyticsEngine = analyticsEngine("clicks");
 */
export interface AnalyticsEngine {
  readonly kind: "analyticsEngine";
  /** The name that SQL asks for. It comes into being with the first point, and no stage is added to it. */
  readonly dataset: StageText;
}

/**
 * Binds a dataset that data points are written to, and that Cloudflare's SQL API reads.
 *
 * @example
 * worker("api", { ...settings, env: { CLICKS: analyticsEngine(perStage({ dev: "clicks_dev", prod: "clicks" })) } });
 * // env.CLICKS.writeDataPoint({ indexes: [userId], blobs: [page], doubles: [1] })
 */
export const analyticsEngine = (dataset: StageText): AnalyticsEngine => ({
  kind: "analyticsEngine",
  dataset,
});
