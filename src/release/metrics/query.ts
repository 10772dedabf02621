import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import type { Window } from "./window.ts";

export const versionKey = "$workers.scriptVersion.id";

const shape = z.object({
  calculations: z
    .array(
      z.object({
        alias: z.string().optional(),
        aggregates: z.array(
          z.object({
            value: z.number(),
            count: z.number(),
            sampleInterval: z.number().nullish(),
            groups: z.array(z.object({ key: z.string(), value: z.unknown() })).nullish(),
          }),
        ),
      }),
    )
    .default([]),
});
export type Calculations = z.infer<typeof shape>["calculations"];
export type Aggregate = Calculations[number]["aggregates"][number];

export type Filter = Readonly<Record<string, unknown>>;
export const is = (key: string, value: string): Filter => ({ key, operation: "eq", type: "string", value });

/** What is calculated over which of a worker's events. */
export interface Question {
  readonly window: Pick<Window, "script" | "fromMs" | "toMs">;
  readonly filters: readonly Filter[];
  readonly calculations: readonly object[];
  /** By version. */
  readonly grouped: boolean;
}

export const counting: readonly object[] = [{ operator: "count", alias: "count" }];

/** One query of Workers Observability. Throws ApiError. */
export const askTelemetry = async (
  api: Connection,
  accountId: string,
  { window, filters, calculations, grouped }: Question,
): Promise<Calculations> =>
  shape.parse(
    await call(api, "POST", `/accounts/${accountId}/workers/observability/telemetry/query`, {
      queryId: "lockstep-release",
      timeframe: { from: window.fromMs, to: window.toMs },
      view: "calculations",
      ignoreSeries: true,
      limit: 100,
      parameters: {
        datasets: ["cloudflare-workers"],
        filters: [is("$metadata.service", window.script), ...filters],
        calculations,
        ...(grouped && { groupBys: [{ type: "string", value: versionKey }] }),
      },
    }),
  ).calculations;

/** What was calculated of one version; undefined where it has no events. */
export const ofVersion = (
  calculations: Calculations,
  alias: string,
  version: string,
): Aggregate | undefined =>
  calculations
    .find((each) => each.alias === alias)
    ?.aggregates.find(({ groups }) =>
      groups?.some(({ key, value }) => key === versionKey && value === version),
    );

/** Share of the events of which nothing tells the version; undefined where there are no events. */
export function unattributedOf(whole: Calculations, versions: Calculations): number | undefined {
  const all = whole[0]?.aggregates[0]?.count ?? 0;
  if (all === 0) return undefined;
  const attributed = (versions.find(({ alias }) => alias === "count")?.aggregates ?? []).reduce(
    (sum, { count }) => sum + count,
    0,
  );
  return Math.max(0, 1 - attributed / all);
}
