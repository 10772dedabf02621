import type { Shadow } from "../shadow/shadow.ts";
import { fold, type Table } from "../sql/structure.ts";
import { treesOf } from "./bytecode.ts";
import { candidates, nameSql, type Term, textOf } from "./candidates.ts";
import { usesOf } from "./scans.ts";

/** An index that is yet to be made. */
export interface NewIndex {
  readonly table: string;
  /** One that nothing has yet. */
  readonly name: string;
  readonly terms: readonly Term[];
}

export const createIndex = ({ table, name, terms }: NewIndex): string =>
  `CREATE INDEX ${nameSql(name)} ON ${nameSql(table)} (${textOf(terms)})`;

/** No table of anybody's has an index of such a name. */
const triedName = "_lockstep_tried_";

/**
 * The fewest indexes with which a statement does not go through a table any more; undefined where none of those that its text suggests
 * does that. Proven: each was made on the planner, and SQLite asked again.
 * @param planner a database with the schema; it is left as it was
 */
export function remedy(planner: Shadow, sql: string, table: Table): readonly NewIndex[] | undefined {
  const { trusted } = planner;
  const objects = planner.schema();
  const views = objects
    .filter(({ type, name }) => type === "view" && mentions(sql, name))
    .map((view) => view.sql);
  const tried = candidates(sql, table, views).map(
    (terms, i): NewIndex => ({ table: table.name, name: `${triedName}${i}`, terms }),
  );
  const known = tried.filter((one) => isMade(planner, one));
  const used = withIndexes(planner, known, () => {
    const uses = usesOf(trusted, sql, treesOf(trusted));
    return known.filter(({ name }) => uses?.trees.some(({ index }) => index === name));
  });
  // One alone, if one alone will do; the shortest first.
  const byLength = used.toSorted((a, b) => a.terms.length - b.terms.length);
  const sets = [...byLength.map((one) => [one]), ...(used.length > 1 ? [used] : [])];
  return sets.find((set) => withIndexes(planner, set, () => !scans(planner, sql, table)));
}

/** Whether a statement goes through the whole table. */
const scans = ({ trusted }: Shadow, sql: string, { name }: Table): boolean =>
  usesOf(trusted, sql, treesOf(trusted))?.scans.some(({ table }) => fold(table) === fold(name)) !== false;

/** Does something while there are these indexes. */
export function withIndexes<Value>(
  { trusted }: Shadow,
  indexes: readonly NewIndex[],
  work: () => Value,
): Value {
  trusted.exec("SAVEPOINT tried");
  try {
    for (const one of indexes) trusted.exec(createIndex(one));
    return work();
  } finally {
    trusted.exec("ROLLBACK TO tried; RELEASE tried");
  }
}

/** A function that no index may hold, for one: such a candidate is none. */
function isMade(planner: Shadow, index: NewIndex): boolean {
  try {
    return withIndexes(planner, [index], () => true);
  } catch {
    return false;
  }
}

const mentions = (sql: string, name: string): boolean => sql.toLowerCase().includes(name.toLowerCase());
