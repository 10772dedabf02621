import { affinity, sameName, type Table } from "../sql/structure.ts";
import { topLevel } from "../sql/tokens.ts";
import type { Step } from "./step.ts";

/** A column of a table whose rows wait in another one, and what it is called there. */
export interface StashedColumn {
  readonly own: string;
  readonly stashed: string;
}

/** Every column of the table with its place in the stash, or what is wrong with that. */
export function columnsIn(
  { copy }: Step,
  table: Table,
  { stash, now }: { readonly stash: Table | undefined; readonly now: Table | undefined },
): readonly StashedColumn[] | string {
  if (copy === undefined || copy.partial !== undefined)
    return `may not hold every row of ${table.name}: it is filled with ${copy?.partial}`;
  const pairs: StashedColumn[] = [];
  for (const { name, kind, type } of table.columns) {
    if (kind !== "plain") continue;
    const into = copy.columns.find(({ from }) => from !== undefined && sameName(from.column, name))?.into;
    const column = stash?.columns.find((one) => sameName(one.name, into ?? ""));
    if (column === undefined) return `lacks the column ${name}`;
    if (!keepsAffinity(table, type, column.type))
      return `converts ${name}: there it is ${column.type}, not ${type || "without a type"}`;
    if (now?.columns.some((one) => sameName(one.name, name)) !== true)
      return `has the column ${name}, which ${table.name} has no more`;
    pairs.push({ own: name, stashed: column.name });
  }
  return pairs;
}

const narrowing = ["DISTINCT", "GROUP", "HAVING", "LIMIT", "EXCEPT", "INTERSECT"];

/** What is known not to come back, as the rest of a sentence. A WHERE may be for rows that are still there: the assertion decides. */
export function notGivenBack(columns: readonly StashedColumn[], backs: readonly Step[]): string | undefined {
  const inserts = backs.filter(({ action }) => action.kind === "insert");
  if (inserts.length === 0) return undefined;
  const words = inserts.flatMap(({ tokens }) => narrowing.filter((word) => topLevel(tokens, word) > 0));
  if (words[0] !== undefined) return `is put back with ${words[0]}, which can leave rows behind`;
  const lost = columns.find(
    ({ own, stashed }) =>
      !inserts.some(({ copy }) =>
        copy?.columns.some(
          ({ into, from }) => sameName(into, own) && from !== undefined && sameName(from.column, stashed),
        ),
      ),
  );
  return lost === undefined ? undefined : `does not give the values of ${lost.own} back`;
}

/** Whether a column of another type gives back every value that it takes: '007' in an INTEGER is 7 for good. */
export function keepsAffinity(from: Table, type: string, stashed: string): boolean {
  const kind = (text: string): string => affinity(text).replace("NUMERIC", "INTEGER");
  const was = from.strict && type === "ANY" ? "BLOB" : kind(type);
  return kind(stashed) === "BLOB" || kind(stashed) === was;
}
