import { type Rebuild, rebuilds } from "../rebuilds.ts";
import type { Replay } from "../replay.ts";
import { quoted, sameName } from "../structure.ts";
import { checks } from "./constraints.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DD3: conditions that a rebuild adds and rows of today may break. */
export const tightening: Rule = {
  code: "DD3",
  title: "a rebuild adds NOT NULL, CHECK or a foreign key over values that are there",
  check: (replay) =>
    rebuilds(replay).flatMap((rebuild) => (replay.holds(rebuild.table) ? tightened(replay, rebuild) : [])),
};

function tightened(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const { old, rebuilt, table, create } = rebuild;
  const findings: Finding[] = [];
  const finding = (message: string, exists: string, fix: string): void => {
    findings.push(
      at(create, "DD3", "error", {
        message,
        fix,
        waivable: false,
        question: { sql: `SELECT EXISTS (${exists})`, unasked: "warning" },
      }),
    );
  };
  for (const column of rebuilt.columns) {
    const before = old.columns.find(({ name }) => sameName(name, column.name));
    if (
      before === undefined ||
      before.notNull ||
      before.primaryKey > 0 ||
      !column.notNull ||
      fills(replay, rebuild, column.name)
    )
      continue;
    finding(
      `${table}.${column.name} becomes NOT NULL, and rows hold NULL there`,
      `SELECT 1 FROM ${quoted(table)} WHERE ${quoted(column.name)} IS NULL`,
      `fill it in the copy (coalesce(${column.name}, …)) or before it: UPDATE ${table} SET ${column.name} = … WHERE ${column.name} IS NULL`,
    );
  }
  const known = new Set(checks(old.sql).map((check) => check.text));
  for (const check of checks(rebuilt.sql).filter(({ text }) => !known.has(text))) {
    finding(
      `rows of ${table} break the new CHECK (${check.sql})`,
      `SELECT 1 FROM ${quoted(table)} WHERE NOT (${check.sql})`,
      "correct those rows in a migration before this one",
    );
  }
  for (const key of rebuilt.foreignKeys) {
    const there = old.foreignKeys.some(
      (one) => sameName(one.parent, key.parent) && one.from.join("\0") === key.from.join("\0"),
    );
    if (there || sameName(key.parent, table)) continue;
    const parentKeys =
      replay.after.table(key.parent)?.columns.filter((column) => column.primaryKey > 0) ?? [];
    const parentColumns = key.to.map((column, i) => column ?? parentKeys[i]?.name);
    if (parentColumns.some((column) => column === undefined)) continue;
    const match = key.from
      .map((column, i) => `p.${quoted(parentColumns[i] ?? "")} = c.${quoted(column)}`)
      .join(" AND ");
    const set = key.from.map((column) => `c.${quoted(column)} IS NOT NULL`).join(" AND ");
    finding(
      `rows of ${table} refer to no row of ${key.parent}`,
      `SELECT 1 FROM ${quoted(table)} AS c WHERE ${set} AND NOT EXISTS (SELECT 1 FROM ${quoted(key.parent)} AS p WHERE ${match})`,
      "delete or re-point the orphans in a migration before this one",
    );
  }
  return findings;
}

/** True when the copy, or an UPDATE before it, takes care of NULLs. */
function fills(replay: Replay, rebuild: Rebuild, column: string): boolean {
  const guarded = rebuild.copies.some((step) =>
    step.tokens.some((token) => ["COALESCE", "IFNULL", "CASE"].includes(token.keyword)),
  );
  const updated = replay.steps.some(
    (step) =>
      step.action.kind === "update" &&
      step.events.some(
        (event) =>
          event.action === "UPDATE" && sameName(event.b, column) && sameName(event.a, rebuild.droppedAs),
      ),
  );
  return guarded || updated;
}
