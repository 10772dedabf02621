import type { StageText } from "./stage-text.ts";

/**
 * A rate limit, bound by {@link rateLimit}.
 *
 * @example
 * const limit: RateLimit = rateLimit({ namespaceId: "1001", limit: 100, periodSeconds: 60 });
 */
export interface RateLimit {
  readonly kind: "rateLimit";
  /** A whole number above 0, as a text. What has the same one in an account counts together, also in other workers and stages. */
  readonly namespaceId: StageText;
  /** Calls of one key in a period, 1 or more. */
  readonly limit: number;
  /** Seconds in which calls are counted. */
  readonly periodSeconds: 10 | 60;
  /** Seconds for which a key that went over stays refused: 0, 10, or a multiple of 60 up to 86400; never less than the period. @default 0 */
  readonly mitigationSeconds?: number;
}

/**
 * Binds a rate limit: `env.LIMIT.limit({ key })` says whether one call more of that key is within it.
 *
 * A period other than 10 or 60 seconds and a limit below 1 are refused in the preview.
 *
 * @example
 * worker("api", {
 *   ...settings,
 *   env: { LIMIT: rateLimit({ namespaceId: perStage({ dev: "1001", prod: "1002" }), limit: 100, periodSeconds: 60 }) },
 * }); // const { success } = await env.LIMIT.limit({ key: userId })
 */
export const rateLimit = (options: Omit<RateLimit, "kind">): RateLimit => ({ kind: "rateLimit", ...options });
