import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { HttpError } from "./http.ts";

/** How often one client may do something. */
export interface RateLimit {
  readonly name: string;
  readonly requests: number;
  /** At least 60: KV keeps nothing for less. */
  readonly windowSeconds: number;
}

export const signInLimit: RateLimit = { name: "sign-in", requests: 20, windowSeconds: 60 };
export const modelLimit: RateLimit = { name: "models", requests: 60, windowSeconds: 60 };

/**
 * Counts a request. Throws {@link HttpError} 429, with the seconds until the window ends, above the limit.
 * KV agrees with itself only after a while: this keeps one client from using up what all share, to about that number.
 * What must not be exceeded is the AI Gateway's own limit.
 */
export async function admit(
  env: Pick<JobmatchApiEnv, "RATE_LIMITS">,
  { name, requests, windowSeconds }: RateLimit,
  client: string,
  nowMs: number,
): Promise<void> {
  const windowMs = windowSeconds * 1000;
  const window = Math.floor(nowMs / windowMs);
  const key = `${name}:${client}:${window}`;
  const count = Number((await env.RATE_LIMITS.get(key)) ?? 0);
  if (count >= requests) {
    const retryAfterSeconds = Math.ceil(((window + 1) * windowMs - nowMs) / 1000);
    throw new HttpError(429, `at most ${requests} requests in ${windowSeconds} seconds`, {
      "retry-after": String(retryAfterSeconds),
    });
  }
  await env.RATE_LIMITS.put(key, String(count + 1), { expirationTtl: 2 * windowSeconds });
}
