import type { Connection } from "../../../cloudflare/connection.ts";
import type { TelemetryFilter, TelemetrySource } from "../../../declare/index.ts";
import type { Read, Readings } from "../../gates/reading.ts";
import {
  askTelemetry,
  type Calculations,
  counting,
  type Filter,
  is,
  ofVersion,
  unattributedOf,
} from "../query.ts";
import type { Window } from "../window.ts";

const types = { invocations: "cf-worker-event", logs: "cf-worker" } as const;

/** Asks Workers Observability for both versions at once. Throws ApiError. */
export async function readTelemetry(
  api: Connection,
  accountId: string,
  { events, filters, reads }: TelemetrySource,
  window: Window,
): Promise<Readings> {
  const key = "value" in reads && "key" in reads.value ? reads.value.key : undefined;
  // An average over events of which none has the key would be 0, and no data would pass for a good figure.
  const having: readonly Filter[] = key === undefined ? [] : [{ key, operation: "exists", type: "number" }];
  const all = [is("$metadata.type", types[events]), ...having, ...filters.map(filterOf)];
  const ask = (more: readonly Filter[], calculations: readonly object[], grouped: boolean) =>
    askTelemetry(api, accountId, { window, filters: [...all, ...more], calculations, grouped });
  const calculated =
    "value" in reads && key !== undefined
      ? [{ operator: reads.value.operator, alias: "value", key, keyType: "number" }]
      : [];
  const [whole, versions, part] = await Promise.all([
    ask([], counting, false),
    ask([], [...counting, ...calculated], true),
    "part" in reads ? ask(reads.part.map(filterOf), counting, true) : [],
  ]);
  const of = (version: string): Read => readOf(reads, version, versions, part);
  return {
    fresh: of(window.fresh),
    stable: window.stable === undefined ? undefined : of(window.stable),
    unattributed: unattributedOf(whole, versions) ?? 0,
    cost: undefined,
  };
}

function readOf(
  reads: TelemetrySource["reads"],
  version: string,
  versions: Calculations,
  part: Calculations,
): Read {
  const counted = ofVersion(versions, "count", version);
  if (counted === undefined || counted.count === 0)
    return { measures: "nothing", reason: "no such event is counted yet" };
  const sampleInterval = Math.max(1, counted.sampleInterval ?? 1);
  if ("part" in reads)
    return {
      measures: "share",
      part: ofVersion(part, "count", version)?.count ?? 0,
      whole: counted.count,
      sampleInterval,
    };
  const value =
    reads.value.operator === "count" ? counted.count : ofVersion(versions, "value", version)?.value;
  return value === undefined
    ? { measures: "nothing", reason: "nothing was calculated of it" }
    : { measures: "number", value, samples: Math.round(counted.count / sampleInterval) };
}

const filterOf = ({ key, operation, value }: TelemetryFilter): Filter => ({
  key,
  operation,
  type: typeof value,
  value,
});
