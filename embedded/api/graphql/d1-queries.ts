import type { World } from "../../world.ts";
import { databaseKind } from "../d1/databases.ts";
import { ratesOf } from "../telemetry/rates.ts";
import { passes } from "./filter.ts";
import type { Field } from "./parse.ts";
import { grouped, known, limitOf, selected, unknownField } from "./selected.ts";
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
  return grouped(found, field)
    .map((rows) => shape(field, rows))
    .slice(0, limitOf(field));
}

function shape(field: Field, rows: readonly [Row, ...Row[]]): object {
  const [{ dimensions }] = rows;
  const total = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return selected(field.selection, ({ name, selection }) => {
    switch (name) {
      case "dimensions":
        return selected(selection, (part) => known(dimensions[part.name], part.name));
      case "sum":
        return selected(selection, (part) => summed(part.name, total));
      case "count":
        return total(({ count }) => count);
      case "__typename":
        return "AccountD1QueriesAdaptiveGroups";
      default:
        return unknownField(name);
    }
  });
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
      return unknownField(name);
  }
}
