import { z } from "zod";
import { ApiError } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { type Invocations, invocationGroups } from "./invocation-groups.ts";

const group = z.object({
  sum: z.object({ requests: z.number() }),
  dimensions: z.object({ scriptVersion: z.string().nullish() }),
});

/** A worker whose older versions are to be gone; the bake time is what lies between the two moments. */
export interface Bake extends Invocations {
  /** The version that serves alone. */
  readonly version: string;
}

/**
 * Why it is not known that nothing but one version of a worker ran in its bake time; undefined where it is. Objects, workflows and requests that last
 * keep a version at work that no deployment names. No metrics at all are no proof: they have to know the version that serves.
 * Asked are the account's analytics, which count every invocation, whatever a worker logs.
 */
export async function olderVersions(
  api: Connection,
  accountId: string,
  { script, version, fromMs, toMs }: Bake,
): Promise<string | undefined> {
  const seconds = Math.round((toMs - fromMs) / 1000);
  const found = await requestsByVersion(api, accountId, { script, fromMs, toMs });
  if (typeof found === "string")
    return `whether an older version of ${script} still runs cannot be asked: ${found}`;
  const older = [...found].filter(([id]) => id !== version && id !== "");
  if (older.length > 0)
    return `${older.map(([id, requests]) => `${script} ${id.slice(0, 8)}, an older version, was invoked ${times(requests)}`).join(", and ")} in the last ${seconds} s: they have to pass without`;
  const unknown = found.get("");
  if (unknown !== undefined)
    return `${script} was invoked ${times(unknown)} in the last ${seconds} s in a version that the analytics do not tell, which may be an older one`;
  if (!found.has(version))
    return `the analytics know of no invocation of ${script} in the last ${seconds} s: that may be none, or metrics that do not come, so it is no proof that no older version runs; ask the worker once, and wait some minutes`;
  return undefined;
}

const times = (n: number): string => (n === 1 ? "once" : `${n} times`);

/** Version ("": nothing tells which) → requests; a text where the analytics refuse. */
async function requestsByVersion(
  api: Connection,
  accountId: string,
  invocations: Invocations,
): Promise<ReadonlyMap<string, number> | string> {
  try {
    const fields = "sum { requests }\ndimensions { scriptVersion }";
    const groups = await invocationGroups(api, accountId, invocations, { limit: 1000, fields, group });
    return new Map(
      groups
        .filter(({ sum }) => sum.requests > 0)
        .map(({ sum, dimensions }) => [dimensions.scriptVersion ?? "", sum.requests]),
    );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.message;
  }
}
