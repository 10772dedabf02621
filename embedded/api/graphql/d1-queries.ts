import type { World } from "../../world.ts";
import { databaseKind } from "../d1/databases.ts";
import { ratesOf } from "../telemetry/rates.ts";
import { passes } from "./filter.ts";
import { type Field, QueryError } from "./parse.ts";
import { timesOf } from "./times.ts";

interface Row {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly count: number;
}

/** `d1QueriesAdaptiveGroups`: how often each statement that wrote was run, and the rows that it wrote. What only reads is not measured here. */
export function d1Queries(
  world: Pick<World, "state" | "stores">,
  account: string,
  field: Field,
): readonly object[] {
  const untilMs = Date.now() - ratesOf(world.state, account).delayMs;
  const found = world.state
    .list(account, databaseKind)
    .flatMap(({ id }) =>
      world.stores.d1
        .written(id)
        .filter(({ atMs }) => atMs <= untilMs)
        .map(
          ({ sql, atMs, rows, count }): Row => ({
            dimensions: { databaseId: id, query: sql, ...timesOf(atMs) },
            ...{ rows, count },
          }),
        ),
    )
    .filter(({ dimensions }) => passes(dimensions, field.args["filter"]));
  const wanted = (field.selection.find(({ name }) => name === "dimensions")?.selection ?? []).map(
    ({ name }) => name,
  );
  const groups = Map.groupBy(found, ({ dimensions }) =>
    JSON.stringify(wanted.map((name) => dimensions[name])),
  );
  const limit = typeof field.args["limit"] === "number" ? field.args["limit"] : 10_000;
  return [...groups.values()].map((rows) => shape(field, rows)).slice(0, limit);
}

function shape(field: Field, rows: readonly Row[]): object {
  const [first] = rows;
  const total = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return Object.fromEntries(
    field.selection.map(({ name, alias, selection }) => {
      switch (name) {
        case "dimensions":
          return [
            alias,
            Object.fromEntries(
              selection.map((part) => [part.alias, known(first?.dimensions[part.name], part.name)]),
            ),
          ];
        case "sum":
          return [alias, Object.fromEntries(selection.map((part) => [part.alias, summed(part.name, total)]))];
        case "count":
          return [alias, total(({ count }) => count)];
        case "__typename":
          return [alias, "AccountD1QueriesAdaptiveGroups"];
        default:
          throw new QueryError(`unknown field "${name}"`);
      }
    }),
  );
}

function summed(name: string, total: (of: (row: Row) => number) => number): number | null {
  switch (name) {
    case "rowsWritten":
      return total(({ rows }) => rows);
    case "rowsRead":
    case "rowsReturned":
    case "queryDurationMs":
      return null;
    default:
      throw new QueryError(`unknown field "${name}"`);
  }
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new QueryError(`unknown field "${name}"`);
  return value;
}
