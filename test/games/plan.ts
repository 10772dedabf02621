import { z } from "zod";
import type { Clone } from "../clone.ts";
import type { Visit } from "./users.ts";

/** Of a worker: version → percentage, from when on. */
export interface Serving {
  readonly worker: string;
  readonly atMs: number;
  readonly percents: Readonly<Record<string, number>>;
}

const deployments = z.object({
  deployments: z.array(
    z.object({
      created_on: z.string(),
      versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
    }),
  ),
});

/** All that two workers ever served, the oldest first. */
export async function served(project: Pick<Clone, "api">): Promise<readonly Serving[]> {
  const of = async (worker: string): Promise<readonly Serving[]> =>
    deployments
      .parse(await project.api("dev", "GET", `/workers/scripts/${worker}-dev/deployments`))
      .deployments.map(({ created_on, versions }) => ({
        worker,
        atMs: Date.parse(created_on),
        percents: Object.fromEntries(
          versions.map(({ version_id, percentage }) => [version_id, percentage] as const),
        ),
      }));
  return [...(await of("api")), ...(await of("web"))].toSorted((a, b) => a.atMs - b.atMs);
}

/** How many of its requests each worker's new version gets. */
export interface Shares {
  readonly api: number;
  readonly web: number;
}

/** The shares of a release in the order in which users met them, from when nobody met a new version. */
export function sharesOf(
  serving: readonly Serving[],
  fresh: Readonly<Record<string, string | undefined>>,
): readonly (Shares & { readonly atMs: number })[] {
  const shares: (Shares & { readonly atMs: number })[] = [{ api: 0, web: 0, atMs: 0 }];
  for (const { worker, atMs, percents } of serving) {
    const last = shares.at(-1) ?? { api: 0, web: 0 };
    const now = { ...last, [worker]: percents[fresh[worker] ?? ""] ?? 0, atMs };
    if (now.api !== last.api || now.web !== last.web) shares.push(now);
  }
  return shares;
}

const text = ({ api, web }: Shares): string => `${api} ${web}`;

/** What of the shares no plan leads to: each is the step after the one before, or a way back, on which the caller goes first. */
export function outsideThePlan(shares: readonly Shares[], steps: readonly number[]): readonly string[] {
  const plan = [
    "0 0",
    ...steps.map((percent) => `${percent} 0`),
    ...steps.map((percent) => `100 ${percent}`),
  ];
  return shares.slice(1).flatMap((now, at) => {
    const before = shares[at] ?? now;
    const next = plan[plan.indexOf(text(before)) + 1];
    const back = before.web > 0 ? `${before.api} 0` : "0 0";
    return [next, back].includes(text(now)) ? [] : [`${text(before)} → ${text(now)}`];
  });
}

/** Users who met the caller's new version with a callee of before it. */
export const mixed = (visits: readonly Visit[], version: number): readonly Visit[] =>
  visits.filter(({ by }) => by?.web === `web ${version}` && by.api !== `api ${version}`);
