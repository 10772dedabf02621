import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../body.ts";

const question = z.object({
  key: z.string(),
  limit: z.number(),
  /** Seconds. */
  period: z.number(),
  /** Seconds for which a key that went over stays refused. */
  mitigation: z.number(),
});
type Question = z.infer<typeof question>;

/** The counts of all rate limits, by namespace. They are gone with the process, as Cloudflare promises nothing of them either. */
export interface RateLimits {
  readonly handle: (id: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Whether one call more is within the limit; it counts. */
  readonly within: (id: string, asked: Question, nowMs: number) => boolean;
}

interface Count {
  window: number;
  calls: number;
  refusedUntilMs: number;
}

/** Windows begin at multiples of the period, as seen by every caller alike. */
export function openRateLimits(): RateLimits {
  const counts = new Map<string, Count>();
  const within = (id: string, { key, limit, period, mitigation }: Question, nowMs: number): boolean => {
    const name = `${id} ${period} ${key}`;
    const window = Math.floor(nowMs / (period * 1000));
    const before = counts.get(name);
    if (before !== undefined && before.refusedUntilMs > nowMs) return false;
    const count = before?.window === window ? before : { window, calls: 0, refusedUntilMs: 0 };
    counts.set(name, count);
    if (counts.size > mostCounts) forgetOld(counts, nowMs);
    if (count.calls >= limit) {
      count.refusedUntilMs = nowMs + mitigation * 1000;
      return false;
    }
    count.calls += 1;
    return true;
  };
  return {
    within,
    handle: async (id, request, response) => {
      const asked = question.parse(JSON.parse(String(await readBody(request))));
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ success: within(id, asked, Date.now()) }));
    },
  };
}

const mostCounts = 100_000;
const longestPeriodMs = 60_000;

function forgetOld(counts: Map<string, Count>, nowMs: number): void {
  for (const [name, { window, refusedUntilMs }] of counts) {
    const periodMs = Number(name.split(" ")[1]) * 1000;
    if (refusedUntilMs < nowMs && (window + 1) * periodMs < nowMs - longestPeriodMs) counts.delete(name);
  }
}
