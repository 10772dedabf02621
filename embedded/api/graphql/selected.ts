import { type Field, QueryError } from "./parse.ts";

/** Rows by the values of the dimensions that a query asks for: each group is a row of the answer. */
export function grouped<Row extends { readonly dimensions: Readonly<Record<string, unknown>> }>(
  rows: readonly Row[],
  { selection }: Field,
): readonly (readonly [Row, ...Row[]])[] {
  const wanted = (selection.find(({ name }) => name === "dimensions")?.selection ?? []).map(
    ({ name }) => name,
  );
  const groups = Map.groupBy(rows, ({ dimensions }) =>
    JSON.stringify(wanted.map((name) => dimensions[name])),
  );
  return [...groups.values()].flatMap(([first, ...more]): [Row, ...Row[]][] =>
    first === undefined ? [] : [[first, ...more]],
  );
}

/** Cloudflare answers so many rows where a query names no limit. */
export const limitOf = ({ args }: Field): number =>
  typeof args["limit"] === "number" ? args["limit"] : 10_000;

/** What a query asks for, by the names that it gives. @param value throws QueryError for a name that there is not */
export const selected = (
  selection: readonly Field[],
  value: (field: Field) => unknown,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(selection.map((field) => [field.alias, value(field)]));

/** Throws QueryError where there is no such value. */
export function known<T>(value: T | undefined, name: string): T {
  return value ?? unknownField(name);
}

export function unknownField(name: string): never {
  throw new QueryError(`unknown field "${name}"`);
}
