import { beginsAs, isSameOrder } from "../lint/evidence/index-order.ts";
import type { Shadow } from "../shadow/shadow.ts";
import { type Index, quoted, type Table } from "../sql/structure.ts";
import { treesOf } from "./bytecode.ts";
import type { Asked } from "./costly.ts";
import { sorts } from "./query-plan.ts";
import { usesOf } from "./scans.ts";

/** An index that another one does the work of. */
export interface Redundant {
  readonly table: string;
  readonly index: string;
  /** The other one; a constraint's is called `sqlite_autoindex_…`. */
  readonly by: string;
  /** In the same order, no more and no less: nothing can miss it. Otherwise the other one goes on with columns of its own. */
  readonly same: boolean;
}

/**
 * The indexes of a table that another one does the work of. A unique one is a constraint, a parent's key needs one, and a partial one or one
 * over an expression is made for something: none of them is named. What the known statements would miss is not either.
 * @param planner a database with the schema; it is left as it was
 */
export function redundant(planner: Shadow, table: Table, statements: readonly Asked[]): readonly Redundant[] {
  const gone = new Set<Index>();
  // The last of two that are the same goes.
  for (const index of table.indexes.toReversed().toSorted((a, b) => a.columns.length - b.columns.length)) {
    if (index.origin !== "c" || index.unique) continue;
    const other = table.indexes.find((one) => one !== index && !gone.has(one) && beginsAs(one, index));
    if (other === undefined || isMissed(planner, index, statements)) continue;
    gone.add(index);
  }
  return [...gone].map((index): Redundant => {
    const left = table.indexes.filter((one) => !gone.has(one) && beginsAs(one, index));
    const [by] = left.toSorted((a, b) => a.columns.length - b.columns.length);
    return {
      table: table.name,
      index: index.name,
      by: by?.name ?? "",
      same: by !== undefined && isSameOrder(by, index),
    };
  });
}

/** Whether a known statement would go through a table, or sort, that it need not with the index; or name an index that is gone. */
function isMissed({ trusted }: Shadow, { name }: Index, statements: readonly Asked[]): boolean {
  const cost = (): readonly string[] => {
    const trees = treesOf(trusted);
    return statements.map(({ sql }) => `${usesOf(trusted, sql, trees)?.scans.length} ${sorts(trusted, sql)}`);
  };
  const before = cost();
  trusted.exec("SAVEPOINT without");
  try {
    trusted.exec(`DROP INDEX ${quoted(name)}`);
    return cost().some((each, i) => each !== before[i]);
  } finally {
    trusted.exec("ROLLBACK TO without; RELEASE without");
  }
}
