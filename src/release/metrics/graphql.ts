import { z } from "zod";
import type { Connection } from "../../cloudflare/connection.ts";
import { type Figures, type Measured, nothing } from "../gates/figures.ts";
import { invocationGroups } from "./invocation-groups.ts";
import { levels, type Window } from "./window.ts";

/** `wallTimeP999` of 0.999. */
const nameOf = (level: number): string => `wallTimeP${String(level).slice(2).padEnd(2, "0")}`;

const fields = `sum { requests errors }
avg { sampleInterval }
quantiles { ${levels.map(nameOf).join(" ")} }
dimensions { scriptVersion }`;
const group = z.object({
  sum: z.object({ requests: z.number(), errors: z.number() }),
  avg: z.object({ sampleInterval: z.number().nullish() }).nullish(),
  quantiles: z.record(z.string(), z.number().nullish()),
  dimensions: z.object({ scriptVersion: z.string().nullish() }),
});
type Group = z.infer<typeof group>;

/** What Cloudflare's GraphQL analytics tell of a worker's versions, of outcomes but not of statuses. Throws ApiError. */
export async function fromGraphql(
  api: Connection,
  accountId: string,
  window: Window,
): Promise<Measured | undefined> {
  const { fresh, stable } = window;
  const groups = await invocationGroups(api, accountId, window, { limit: 100, fields, group });
  const all = groups.reduce((sum, { sum: { requests } }) => sum + requests, 0);
  if (all === 0) return undefined;
  const unknown = groups
    .filter(({ dimensions }) => (dimensions.scriptVersion ?? "") === "")
    .reduce((sum, { sum: { requests } }) => sum + requests, 0);
  const of = (version: string): Figures => {
    const found = groups.find(({ dimensions }) => dimensions.scriptVersion === version);
    return found === undefined ? nothing : figuresOf(found);
  };
  return {
    fresh: of(fresh),
    stable: stable === undefined ? undefined : of(stable),
    unattributed: unknown / all,
  };
}

/** Cloudflare tells times in microseconds. */
function figuresOf({ sum, avg, quantiles }: Group): Figures {
  const timed = levels.map((level) => quantiles[nameOf(level)]);
  return {
    requests: sum.requests,
    failed: sum.errors,
    sampleInterval: Math.max(1, avg?.sampleInterval ?? 1),
    latencyMs: timed.every((value) => value != null)
      ? levels.map((level, at) => [level, (timed[at] ?? 0) / 1000] as const)
      : [],
  };
}
