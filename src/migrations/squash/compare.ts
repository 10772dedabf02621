import { differenceLine, differences } from "../shadow/differences.ts";
import { fold } from "../sql/structure.ts";
import type { Contents, Held } from "./contents.ts";

const sides = { expected: "the old files", live: "the squashed file" } as const;

/** What two contents do not have in common, a line each; none when they are the same to the last value. */
export function otherContents(old: Contents, squashed: Contents): readonly string[] {
  const schema = differences(old.objects, squashed.objects, sides).map((one) => differenceLine(one, sides));
  if (schema.length > 0) return schema;
  return [
    ...old.tables.flatMap((held) => {
      const now = squashed.tables.find(({ table }) => table.name === held.table.name);
      return now === undefined ? [`table ${held.table.name} is only in the old files`] : otherRows(held, now);
    }),
    ...old.counters
      .keys()
      .filter((name) => squashed.counters.get(name) !== old.counters.get(name))
      .map((name) => `table ${name}: the count of AUTOINCREMENT`),
  ];
}

/** Which columns of which table hold other values, and where first. */
export function otherRows(was: Held, is: Held): readonly string[] {
  const { name } = was.table;
  if (was.rows.length !== is.rows.length)
    return [`table ${name}: ${was.rows.length} rows, and ${is.rows.length}`];
  const columns = ["the row's number", ...was.columns.map((column) => `column ${column}`)];
  const values = columns.flatMap((column, i) => {
    const first = was.rows.findIndex((row, at) => row[i] !== is.rows[at]?.[i]);
    return first < 0
      ? []
      : [
          `table ${name}, ${column}, row ${first + 1}: ${shown(was.rows[first]?.[i])}, and ${shown(is.rows[first]?.[i])}`,
        ];
  });
  const words = was.index.toSorted();
  const same = is.index.toSorted();
  return words.length === same.length && words.every((word, i) => word === same[i])
    ? values
    : [...values, `search table ${fold(name)}: what it finds, or its settings`];
}

const shown = (value = ""): string => (value.length > 80 ? `${value.slice(0, 80)}…` : value);
