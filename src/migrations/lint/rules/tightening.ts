import { type CopiedColumn, neverNull } from "../../shadow/copy.ts";
import { comingRows, type Rebuild, rebuilds } from "../../shadow/find-rebuilds.ts";
import type { Replay } from "../../shadow/replay.ts";
import { type Column, type ForeignKey, quoted, sameName } from "../../sql/structure.ts";
import { allows, checks } from "../evidence/constraints.ts";
import { at, type Finding, type Rule, unlessChanged } from "./rule.ts";

/** DD3: conditions that a rebuild adds and rows of today may break. The live database is asked about the rows as they will be copied. */
export const tightening: Rule = {
  code: "DD3",
  title: "`NOT NULL`, `CHECK` or a foreign key by a rebuild, over the rows as they are copied",
  severity: "error",
  except: "only if a row breaks it; a warning, if statements before it change those rows",
  waiver: "none",
  silentOnNew: true,
  check: (replay) =>
    rebuilds(replay).flatMap((rebuild) => (replay.holds(rebuild.table) ? tightened(replay, rebuild) : [])),
};

function tightened(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const { old, rebuilt, table, create, copies } = rebuild;
  const rows = comingRows(rebuild);
  // A CHECK may call its columns by the table's name.
  const as = quoted(table);
  const changed = (name: string): boolean => copies[0]?.rows.changed(name) === true;
  const finding = (message: string, condition: string, fix: string, isChanged = false): Finding =>
    unlessChanged(
      at(create, {
        message,
        fix,
        question: {
          sql: `${rows.with}SELECT EXISTS (SELECT 1 FROM ${rows.name} AS ${as} WHERE ${condition})`,
          unasked: "warning",
        },
      }),
      isChanged || changed(rebuild.copiedAs),
    );
  const nulls = rebuilt.columns
    .filter((column) => column.notNull && column.kind === "plain" && mayGetNull(rebuild, column))
    .map(({ name }) =>
      finding(
        `${table}.${name} becomes NOT NULL, and rows hold NULL there`,
        isCopied(rebuild, name) ? `${as}.${quoted(name)} IS NULL` : "1",
        `fill it in the copy (coalesce(${name}, …)) or before it: UPDATE ${table} SET ${name} = … WHERE ${name} IS NULL`,
      ),
    );
  const known = checks(old.sql);
  const broken = checks(rebuilt.sql)
    .filter((check) => !known.some((one) => allows(check, one)))
    .map(({ sql }) =>
      finding(
        `rows of ${table} break the new CHECK (${sql})`,
        `NOT (${sql})`,
        "correct those rows in the copy, or in a statement before it",
      ),
    );
  const orphans = rebuilt.foreignKeys.flatMap((key) => {
    const there = old.foreignKeys.some(
      (one) => sameName(one.parent, key.parent) && one.from.join("\0") === key.from.join("\0"),
    );
    const condition = orphan(replay, key, as);
    if (there || sameName(key.parent, table) || condition === undefined) return [];
    return [
      finding(
        `rows of ${table} refer to no row of ${key.parent}`,
        condition,
        "delete or re-point the orphans in a statement before it",
        changed(key.parent) || copies[0]?.rows.filled(key.parent) === true,
      ),
    ];
  });
  return [...nulls, ...broken, ...orphans];
}

const copied = ({ copies }: Rebuild, name: string): CopiedColumn | undefined =>
  copies[0]?.copy?.columns.find(({ into }) => sameName(into, name));

/** Without a copy that can be followed, columns that were there before count as copied. */
const isCopied = (rebuild: Rebuild, name: string): boolean =>
  copied(rebuild, name) !== undefined || rebuild.copies[0]?.copy === undefined;

/** Whether a NOT NULL column of the new table may get NULL: from a nullable column, an expression, or nothing at all. */
function mayGetNull(rebuild: Rebuild, column: Column): boolean {
  const { old, copies } = rebuild;
  if (column.primaryKey === 1 && column.type === "INTEGER") return false;
  const one = copied(rebuild, column.name);
  const before = old.columns.find(({ name }) => sameName(name, one?.from?.column ?? column.name));
  if (one === undefined && copies[0]?.copy !== undefined)
    return before === undefined && column.defaultSql === undefined;
  if (one !== undefined && one.from === undefined) return !neverNull(one);
  return before !== undefined && !before.notNull && before.primaryKey === 0;
}

/** The condition that finds rows without their parent. `child`: what it calls the table that refers. */
function orphan(replay: Replay, key: ForeignKey, child: string): string | undefined {
  const parentKeys = replay.after.table(key.parent)?.columns.filter((column) => column.primaryKey > 0) ?? [];
  const parentColumns = key.to.map((column, i) => column ?? parentKeys[i]?.name);
  if (parentColumns.some((column) => column === undefined)) return undefined;
  const match = key.from
    .map((column, i) => `parent.${quoted(parentColumns[i] ?? "")} = ${child}.${quoted(column)}`)
    .join(" AND ");
  const set = key.from.map((column) => `${child}.${quoted(column)} IS NOT NULL`).join(" AND ");
  return `${set} AND NOT EXISTS (SELECT 1 FROM ${quoted(key.parent)} AS parent WHERE ${match})`;
}
