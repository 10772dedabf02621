import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { type Figures, type Measured, nothing } from "../gates/figures.ts";
import { levels, type Window } from "./window.ts";

const versionKey = "$workers.scriptVersion.id";
const operators = ["p25", "median", "p75", "p90", "p95", "p99", "p999"] as const;

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
type Calculations = z.infer<typeof shape>["calculations"];

type Filter = Readonly<Record<string, unknown>>;
const is = (key: string, value: string): Filter => ({ key, operation: "eq", type: "string", value });

/** A visitor who goes away fails nothing. */
const failures: Filter = {
  kind: "group",
  filterCombination: "or",
  filters: [
    {
      key: "$workers.outcome",
      operation: "not_in",
      type: "string",
      value: "ok,canceled,responseStreamDisconnected",
    },
    { key: "$workers.event.response.status", operation: "gte", type: "number", value: 500 },
  ],
};

/** What Workers Observability tells of a worker's versions: the only place that knows statuses. Throws ApiError. */
export async function fromTelemetry(
  api: Connection,
  accountId: string,
  window: Window,
): Promise<Measured | undefined> {
  const ask = async (more: readonly Filter[], calculations: readonly object[], grouped: boolean) =>
    shape.parse(
      await call(api, "POST", `/accounts/${accountId}/workers/observability/telemetry/query`, {
        queryId: "lockstep-release",
        timeframe: { from: window.fromMs, to: window.toMs },
        view: "calculations",
        ignoreSeries: true,
        limit: 100,
        parameters: {
          datasets: ["cloudflare-workers"],
          filters: [is("$metadata.service", window.script), is("$metadata.type", "cf-worker-event"), ...more],
          calculations,
          ...(grouped && { groupBys: [{ type: "string", value: versionKey }] }),
        },
      }),
    ).calculations;
  const counting = [{ operator: "count", alias: "count" }];
  const timing = operators.map((operator) => ({
    operator,
    alias: operator,
    key: "$workers.wallTimeMs",
    keyType: "number",
  }));
  const [whole, versions, failed] = await Promise.all([
    ask([], counting, false),
    ask([], [...counting, ...timing], true),
    ask([failures], counting, true),
  ]);
  const all = whole[0]?.aggregates[0]?.count ?? 0;
  if (all === 0) return undefined;
  const attributed = (versions.find(({ alias }) => alias === "count")?.aggregates ?? []).reduce(
    (sum, { count }) => sum + count,
    0,
  );
  return {
    fresh: figuresOf(window.fresh, versions, failed),
    stable: window.stable === undefined ? undefined : figuresOf(window.stable, versions, failed),
    unattributed: Math.max(0, 1 - attributed / all),
  };
}

function figuresOf(version: string, versions: Calculations, failed: Calculations): Figures {
  const of = (calculations: Calculations, alias: string) =>
    calculations
      .find((each) => each.alias === alias)
      ?.aggregates.find(({ groups }) =>
        groups?.some(({ key, value }) => key === versionKey && value === version),
      );
  const counted = of(versions, "count");
  if (counted === undefined) return nothing;
  const timed = operators.map((operator) => of(versions, operator)?.value);
  return {
    requests: counted.count,
    failed: of(failed, "count")?.count ?? 0,
    sampleInterval: Math.max(1, counted.sampleInterval ?? 1),
    latencyMs: timed.every((value) => value !== undefined)
      ? levels.map((level, at) => [level, timed[at] ?? 0] as const)
      : [],
  };
}
