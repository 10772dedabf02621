import type { World } from "../../world.ts";
import { openInvocations, type StoredInvocation } from "../telemetry/invocations.ts";
import { passes } from "./filter.ts";
import { type Field, QueryError } from "./parse.ts";
import { timesOf } from "./times.ts";

type Row = Readonly<Record<string, string | number>>;

const dimensionsOf = (row: StoredInvocation): Row => ({
  scriptName: row.script,
  scriptVersion: row.version,
  status: row.exception ? "scriptThrewException" : "success",
  ...timesOf(row.atMs),
});

/** `workersInvocationsAdaptive`: requests, errors and wall time in microseconds, grouped by the dimensions that are asked for. CPU time is not measured here: null. */
export function workerInvocations(
  world: Pick<World, "state">,
  account: string,
  field: Field,
): readonly object[] {
  const rows = openInvocations(world.state)
    .between(account, 0, Date.now())
    .map((row) => ({ row, dimensions: dimensionsOf(row) }))
    .filter(({ dimensions }) => passes(dimensions, field.args["filter"]));
  const wanted = (field.selection.find(({ name }) => name === "dimensions")?.selection ?? []).map(
    ({ name }) => name,
  );
  const groups = new Map<string, { readonly dimensions: Row; readonly rows: StoredInvocation[] }>();
  for (const { row, dimensions } of rows) {
    const key = JSON.stringify(wanted.map((name) => dimensions[name]));
    const group = groups.get(key) ?? { dimensions, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const answered = [...groups.values()].map((group) => ({
    group,
    values: shape(field, group.dimensions, group.rows),
  }));
  const limit = typeof field.args["limit"] === "number" ? field.args["limit"] : 10_000;
  return ordered(answered, field.args["orderBy"])
    .slice(0, limit)
    .map(({ values }) => values);
}

/** How many invocations the rows stand for. */
const counted = (rows: readonly StoredInvocation[]): number =>
  rows.reduce((all, { weight }) => all + weight, 0);

function shape(field: Field, dimensions: Row, rows: readonly StoredInvocation[]): object {
  // All rows of an answer stand for as many invocations each, so their ranks are those of the invocations.
  const walls = rows.map(({ wallMs }) => wallMs * 1000).sort((a, b) => a - b);
  return Object.fromEntries(
    field.selection.map(({ name, alias, selection }) => {
      switch (name) {
        case "dimensions":
          return [
            alias,
            Object.fromEntries(
              selection.map((part) => [part.alias, known(dimensions[part.name], part.name)]),
            ),
          ];
        case "sum":
          return [alias, Object.fromEntries(selection.map((part) => [part.alias, sum(part.name, rows)]))];
        case "quantiles":
          return [
            alias,
            Object.fromEntries(selection.map((part) => [part.alias, quantile(part.name, walls)])),
          ];
        case "avg":
          return [alias, Object.fromEntries(selection.map((part) => [part.alias, average(part.name, rows)]))];
        case "count":
          return [alias, counted(rows)];
        case "__typename":
          return [alias, "AccountWorkersInvocationsAdaptive"];
        default:
          throw new QueryError(`unknown field "${name}"`);
      }
    }),
  );
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new QueryError(`unknown field "${name}"`);
  return value;
}

function sum(name: string, rows: readonly StoredInvocation[]): number | null {
  switch (name) {
    case "requests":
      return counted(rows);
    case "errors":
    case "scriptThrewException":
      return counted(rows.filter(({ exception }) => exception));
    case "wallTime":
      return Math.round(rows.reduce((all, { wallMs, weight }) => all + wallMs * 1000 * weight, 0));
    case "subrequests":
    case "cpuTimeUs":
    case "duration":
    case "responseBodySize":
      return null;
    default:
      throw new QueryError(`unknown field "${name}"`);
  }
}

function average(name: string, rows: readonly StoredInvocation[]): number {
  if (name !== "sampleInterval") throw new QueryError(`unknown field "${name}"`);
  return rows.length === 0 ? 1 : counted(rows) / rows.length;
}

/** `wallTimeP95`: the nearest rank. */
function quantile(name: string, sorted: readonly number[]): number | null {
  const [, kind, digits = ""] = /^(wallTime|cpuTime|duration|requestDuration)P(\d+)$/.exec(name) ?? [];
  if (kind === undefined) throw new QueryError(`unknown field "${name}"`);
  if (kind === "cpuTime" || kind === "duration") return null;
  const rank = Math.ceil(Number(`0.${digits}`) * sorted.length);
  return Math.round(sorted[Math.max(rank, 1) - 1] ?? 0);
}

type Answered = {
  readonly group: { readonly dimensions: Row; readonly rows: readonly StoredInvocation[] };
  readonly values: object;
};

/** `[datetime_ASC, sum_requests_DESC]` */
function ordered(all: readonly Answered[], orderBy: unknown): readonly Answered[] {
  const keys = (Array.isArray(orderBy) ? orderBy : orderBy === undefined ? [] : [orderBy]).map(
    (key) => /^(sum_)?(\w+)_(ASC|DESC)$/.exec(String(key)) ?? unknownOrder(key),
  );
  const value = (
    { group }: Answered,
    [, isSum, name = ""]: readonly (string | undefined)[],
  ): string | number =>
    isSum === undefined ? known(group.dimensions[name], name) : (sum(name, group.rows) ?? 0);
  return [...all].sort((a, b) => {
    for (const key of keys) {
      const [x, y] = [value(a, key), value(b, key)];
      if (x !== y) return (x < y ? -1 : 1) * (key[3] === "ASC" ? 1 : -1);
    }
    return 0;
  });
}

function unknownOrder(key: unknown): never {
  throw new QueryError(`unknown orderBy ${JSON.stringify(key)}`);
}
