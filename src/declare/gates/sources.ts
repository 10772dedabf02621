import type { D1 } from "../stores/d1.ts";
import type { PerStage, Secret } from "../values.ts";
import type { SourceValue } from "./argument.ts";

/**
 * Where in an answer the figures are: a number, with how many samples it was made of where the answer tells; or a share, as the two
 * counts that it is made of. A share is held to statistical tests, a number is what it is.
 *
 * @example
 * const seconds: Reads<string> = { value: "seconds", samples: "jobs" };
 * const failures: Reads<string> = { part: "failed", whole: "jobs" };
 */
export type Reads<Place> =
  | { readonly value: Place; readonly samples?: Place }
  | { readonly part: Place; readonly whole: Place };

/**
 * What a metric is asked of, see {@link metric}.
 *
 * @example
 * const source: MetricSource = urlSource({ url: "https://status.example.com/api.json", reads: { value: "/queue/waiting" } });
 */
export type MetricSource = SqlSource | UrlSource | TelemetrySource | GraphqlSource;

/**
 * One SELECT of a D1 of the system, over the account's query API. It answers one row.
 *
 * @example
 * const source: SqlSource = sqlSource({ database: notes, sql: "SELECT count(*) AS waiting FROM jobs", reads: { value: "waiting" } });
 */
export interface SqlSource {
  readonly kind: "sql";
  /** Name of the database in the system. */
  readonly database: string;
  /** One SELECT; what it reads is billed at every measurement. */
  readonly sql: string;
  /** Bound to `?1`, `?2` and so on. */
  readonly params: readonly SourceValue[];
  /** Names of columns. */
  readonly reads: Reads<string>;
}

/**
 * A URL that answers a GET with JSON.
 *
 * @example
 * const source: UrlSource = urlSource({ url: "https://status.example.com/api.json", reads: { value: "/queue/waiting" } });
 */
export interface UrlSource {
  readonly kind: "url";
  /** `https`; `http` only on this machine. */
  readonly url: string | PerStage;
  /** Added to the address, encoded. */
  readonly query: Readonly<Record<string, SourceValue>>;
  /** A secret is named, and its value is in no journal and no message. */
  readonly headers: Readonly<Record<string, SourceValue | Secret>>;
  /** JSON pointers (RFC 6901), such as `/data/0/value`. */
  readonly reads: Reads<string>;
  /** After this long an answer is not waited for any more. */
  readonly timeoutSeconds: number;
}

/**
 * A query of Workers Observability over the worker's events. It is asked of each version by itself; the worker, the version and the
 * window need no filter.
 *
 * @example
 * const source: TelemetrySource = telemetrySource({ reads: { value: { operator: "p99", key: "$workers.cpuTimeMs" } } });
 */
export interface TelemetrySource {
  readonly kind: "telemetry";
  /** Finished invocations, or lines of the console. */
  readonly events: "invocations" | "logs";
  /** All of them hold. */
  readonly filters: readonly TelemetryFilter[];
  /** A calculation; or the share of the events for which more filters hold. */
  readonly reads: { readonly value: TelemetryCalculation } | { readonly part: readonly TelemetryFilter[] };
}

/**
 * What holds of an event of Workers Observability.
 *
 * @example
 * const slow: TelemetryFilter = { key: "$workers.wallTimeMs", operation: "gt", value: 1000 };
 */
export interface TelemetryFilter {
  /** A key of an event, such as `$metadata.trigger`, or one that the worker logged. */
  readonly key: string;
  /** How the event's value is held against `value`. */
  readonly operation:
    | "eq"
    | "neq"
    | "gt"
    | "gte"
    | "lt"
    | "lte"
    | "includes"
    | "not_includes"
    | "starts_with";
  /** What it is held against. */
  readonly value: string | number | boolean;
}

/**
 * One number of many events of Workers Observability.
 *
 * @example
 * const cpu: TelemetryCalculation = { operator: "p99", key: "$workers.cpuTimeMs" };
 */
export type TelemetryCalculation =
  | { readonly operator: "count" }
  | {
      readonly operator: "sum" | "avg" | "min" | "max" | "median" | "p75" | "p90" | "p95" | "p99" | "p999";
      readonly key: string;
    };

/**
 * A dataset of Cloudflare's GraphQL analytics.
 *
 * @example
 * const source: GraphqlSource = graphqlSource({
 *   dataset: "WorkersInvocationsAdaptive",
 *   fields: "workersInvocationsAdaptive(limit: 1, filter: $filter) { sum { subrequests requests } }",
 *   filter: { scriptName: argument.script, scriptVersion: argument.version, datetime_geq: argument.from, datetime_leq: argument.to },
 *   reads: { value: "/workersInvocationsAdaptive/0/sum/subrequests", samples: "/workersInvocationsAdaptive/0/sum/requests" },
 * });
 */
export interface GraphqlSource {
  readonly kind: "graphql";
  /** As in the name of its filter's type: `WorkersInvocationsAdaptive` of `AccountWorkersInvocationsAdaptiveFilter_InputObject`. */
  readonly dataset: string;
  /** Of `viewer.accounts`; `$filter` is the filter. */
  readonly fields: string;
  /** What `$filter` is, with arguments where it needs them. */
  readonly filter: Readonly<Record<string, SourceValue>>;
  /** JSON pointers into the account's answer, such as `/workersInvocationsAdaptive/0/sum/errors`. */
  readonly reads: Reads<string>;
  /** JSON pointer to the sample interval: one of so many events was seen. @default - the dataset is not sampled */
  readonly sampleInterval?: string;
}

/**
 * A metric's figures from one SELECT of a D1 of the system. Anything else than a single SELECT is refused.
 *
 * @param options `params`: none where it is left out
 * @example
 * const source = sqlSource({
 *   database: notes,
 *   sql: "SELECT count(*) AS jobs, sum(failed) AS failed FROM jobs WHERE version = ?1 AND at BETWEEN ?2 AND ?3",
 *   params: [argument.version, argument.fromMs, argument.toMs],
 *   reads: { part: "failed", whole: "jobs" },
 * });
 */
export const sqlSource = ({
  database,
  params = [],
  ...options
}: Omit<SqlSource, "kind" | "database" | "params"> & {
  readonly database: D1;
  readonly params?: readonly SourceValue[];
}): SqlSource => ({ kind: "sql", database: database.name, params, ...options });

/**
 * A metric's figures from a URL that answers JSON.
 *
 * @param options `query` and `headers`: none where they are left out; `timeoutSeconds` 10
 * @example
 * const source = urlSource({
 *   url: "https://metrics.example.com/orders",
 *   query: { version: argument.version, since: argument.from },
 *   headers: { authorization: secret("metrics-authorization") },
 *   reads: { part: "/failed", whole: "/all" },
 * });
 */
export const urlSource = (
  options: Pick<UrlSource, "url" | "reads"> & Partial<Omit<UrlSource, "kind">>,
): UrlSource => ({ kind: "url", query: {}, headers: {}, timeoutSeconds: 10, ...options });

/**
 * A metric's figures from Workers Observability.
 *
 * @param options `events` "invocations"; `filters` none
 * @example
 * const source = telemetrySource({ reads: { part: [{ key: "$workers.outcome", operation: "eq", value: "exceededCpu" }] } });
 */
export const telemetrySource = (
  options: Pick<TelemetrySource, "reads"> & Partial<Omit<TelemetrySource, "kind">>,
): TelemetrySource => ({ kind: "telemetry", events: "invocations", filters: [], ...options });

/**
 * A metric's figures from Cloudflare's GraphQL analytics.
 *
 * @param options all of {@link GraphqlSource} but its kind
 * @example
 * const source = graphqlSource({
 *   dataset: "D1AnalyticsAdaptiveGroups",
 *   fields: "d1AnalyticsAdaptiveGroups(limit: 1, filter: $filter) { sum { rowsRead } }",
 *   filter: { datetime_geq: argument.from, datetime_leq: argument.to },
 *   reads: { value: "/d1AnalyticsAdaptiveGroups/0/sum/rowsRead" },
 * });
 */
export const graphqlSource = (options: Omit<GraphqlSource, "kind">): GraphqlSource => ({
  kind: "graphql",
  ...options,
});

/** Whether a source tells versions apart: one that is never told a version answers the same for both. */
export function knowsVersions(source: MetricSource): boolean {
  const isVersion = (value: SourceValue | Secret): boolean =>
    typeof value === "object" && "argument" in value && value.argument === "version";
  switch (source.kind) {
    case "sql":
      return source.params.some(isVersion);
    case "url":
      return [...Object.values(source.query), ...Object.values(source.headers)].some(isVersion);
    case "telemetry":
      return true;
    case "graphql":
      return Object.values(source.filter).some(isVersion);
    default:
      return source satisfies never;
  }
}

/** Whether a source tells of how many samples its figures are made. */
export const tellsSamples = (source: MetricSource): boolean =>
  source.kind === "telemetry" || "part" in source.reads || source.reads.samples !== undefined;
