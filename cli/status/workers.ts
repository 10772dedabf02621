import { z } from "zod";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { accountAnalytics } from "../../src/cloudflare/graphql.ts";
import { type Asked, type Facts, unlessRefused } from "./asking.ts";

/** What serves for a worker, and how that went lately. */
export interface WorkerStatus {
  /** `<system>/<name>`. */
  readonly name: string;
  /** The versions that answer, with their percentage; none where nothing is deployed. */
  readonly serves: readonly { readonly version: string; readonly percent: number }[];
  /** ISO 8601; undefined where nothing is deployed. */
  readonly since: string | undefined;
  readonly by: string | undefined;
  /** Of the last hour: `requests`, `errors` (outcomes that were no success), `p95Ms` of wall time. */
  readonly facts: Facts;
  /** Why there are no facts. */
  readonly unknown?: string;
}

/** A worker by its name in the declaration and at Cloudflare. */
export interface NamedWorker {
  readonly name: string;
  readonly script: string;
}

export async function workersStatus(
  asked: Asked,
  workers: readonly NamedWorker[],
  now: Date,
): Promise<readonly WorkerStatus[]> {
  const serving = await readServing(
    asked.api,
    asked.accountId,
    workers.map(({ script }) => script),
  );
  return Promise.all(
    workers.map(async ({ name, script }) => {
      const found = serving.find(({ worker }) => worker === script);
      return {
        name,
        serves: (found?.versions ?? []).map(({ id, percentage }) => ({ version: id, percent: percentage })),
        since: found?.deployment?.at,
        by: found?.deployment?.author,
        ...(await unlessRefused(() => figuresOf(asked, script, now, 1))),
      };
    }),
  );
}

const fields = `workersInvocationsAdaptive(limit: 1, filter: $filter) {
  sum { requests errors }
  quantiles { wallTimeP95 }
}`;
const shape = z.object({
  workersInvocationsAdaptive: z.array(
    z.object({
      sum: z.object({ requests: z.number(), errors: z.number() }),
      quantiles: z.object({ wallTimeP95: z.number().nullish() }),
    }),
  ),
});

/** How a worker did in the last hours. Cloudflare counts in microseconds. */
export async function figuresOf(
  { api, accountId }: Asked,
  script: string,
  now: Date,
  hours: number,
): Promise<Facts> {
  const since = new Date(now.getTime() - hours * 3_600_000).toISOString();
  const filter = { scriptName: script, datetime_geq: since, datetime_leq: now.toISOString() };
  const found = await accountAnalytics(api, accountId, {
    fields,
    dataset: "WorkersInvocationsAdaptive",
    filter,
  });
  const [row] = shape.parse(found ?? { workersInvocationsAdaptive: [] }).workersInvocationsAdaptive;
  if (row === undefined) return { requests: 0, errors: 0, p95Ms: null };
  const { wallTimeP95 } = row.quantiles;
  return {
    requests: row.sum.requests,
    errors: row.sum.errors,
    p95Ms: wallTimeP95 == null ? null : Math.round(wallTimeP95 / 100) / 10,
  };
}
