import type { World } from "../../world.ts";
import { openInvocations, type StoredInvocation } from "../telemetry/invocations.ts";
import { passes } from "./filter.ts";
import { type Field, QueryError } from "./parse.ts";
import { grouped, known, limitOf, selected, unknownField } from "./selected.ts";
import { timesOf } from "./times.ts";

type Dimensions = Readonly<Record<string, string | number>>;
interface Row {
  readonly dimensions: Dimensions;
  readonly stored: StoredInvocation;
}

const dimensionsOf = (row: StoredInvocation): Dimensions => ({
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
    .map((stored): Row => ({ stored, dimensions: dimensionsOf(stored) }))
    .filter(({ dimensions }) => passes(dimensions, field.args["filter"]));
  const answered = grouped(rows, field).map((group) => {
    const { dimensions } = group[0];
    const stored = group.map((row) => row.stored);
    return { group: { dimensions, rows: stored }, values: shape(field, dimensions, stored) };
  });
  return ordered(answered, field.args["orderBy"])
    .slice(0, limitOf(field))
    .map(({ values }) => values);
}

/** How many invocations the rows stand for. */
const counted = (rows: readonly StoredInvocation[]): number =>
  rows.reduce((all, { weight }) => all + weight, 0);

function shape(field: Field, dimensions: Dimensions, rows: readonly StoredInvocation[]): object {
  // All rows of an answer stand for as many invocations each, so their ranks are those of the invocations.
  const walls = rows.map(({ wallMs }) => wallMs * 1000).sort((a, b) => a - b);
  return selected(field.selection, ({ name, selection }) => {
    switch (name) {
      case "dimensions":
        return selected(selection, (part) => known(dimensions[part.name], part.name));
      case "sum":
        return selected(selection, (part) => sum(part.name, rows));
      case "quantiles":
        return selected(selection, (part) => quantile(part.name, walls));
      case "avg":
        return selected(selection, (part) => average(part.name, rows));
      case "count":
        return counted(rows);
      case "__typename":
        return "AccountWorkersInvocationsAdaptive";
      default:
        return unknownField(name);
    }
  });
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
      return unknownField(name);
  }
}

function average(name: string, rows: readonly StoredInvocation[]): number {
  if (name !== "sampleInterval") return unknownField(name);
  return rows.length === 0 ? 1 : counted(rows) / rows.length;
}

/** `wallTimeP95`: the nearest rank. */
function quantile(name: string, sorted: readonly number[]): number | null {
  const [, kind, digits = ""] = /^(wallTime|cpuTime|duration|requestDuration)P(\d+)$/.exec(name) ?? [];
  if (kind === undefined) return unknownField(name);
  if (kind === "cpuTime" || kind === "duration") return null;
  const rank = Math.ceil(Number(`0.${digits}`) * sorted.length);
  return Math.round(sorted[Math.max(rank, 1) - 1] ?? 0);
}

type Answered = {
  readonly group: { readonly dimensions: Dimensions; readonly rows: readonly StoredInvocation[] };
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
