import type { Connection } from "../../cloudflare/connection.ts";
import { type Figures, type Measured, nothing } from "../gates/figures.ts";
import {
  askTelemetry,
  type Calculations,
  counting,
  type Filter,
  is,
  ofVersion,
  unattributedOf,
} from "./query.ts";
import { levels, type Window } from "./window.ts";

const operators = ["p25", "median", "p75", "p90", "p95", "p99", "p999"] as const;

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
  const ask = (more: readonly Filter[], calculations: readonly object[], grouped: boolean) =>
    askTelemetry(api, accountId, {
      window,
      filters: [is("$metadata.type", "cf-worker-event"), ...more],
      calculations,
      grouped,
    });
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
  const unattributed = unattributedOf(whole, versions);
  if (unattributed === undefined) return undefined;
  return {
    fresh: figuresOf(window.fresh, versions, failed),
    stable: window.stable === undefined ? undefined : figuresOf(window.stable, versions, failed),
    unattributed,
  };
}

function figuresOf(version: string, versions: Calculations, failed: Calculations): Figures {
  const counted = ofVersion(versions, "count", version);
  if (counted === undefined) return nothing;
  const timed = operators.map((operator) => ofVersion(versions, operator, version)?.value);
  return {
    requests: counted.count,
    failed: ofVersion(failed, "count", version)?.count ?? 0,
    sampleInterval: Math.max(1, counted.sampleInterval ?? 1),
    latencyMs: timed.every((value) => value !== undefined)
      ? levels.map((level, at) => [level, timed[at] ?? 0] as const)
      : [],
  };
}
