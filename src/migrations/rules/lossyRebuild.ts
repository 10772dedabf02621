import { type Rebuild, rebuilds } from "../rebuilds.ts";
import type { Replay, Step } from "../replay.ts";
import { affinity, sameName } from "../structure.ts";
import { topLevel } from "../tokens.ts";
import { constraintTexts } from "./constraints.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL5: what a rebuild leaves behind. */
export const lossyRebuild: Rule = {
  code: "DL5",
  title: "a rebuild loses columns, values, rows, indexes, triggers or constraints",
  check: (replay) =>
    rebuilds(replay).flatMap((rebuild) => (replay.holds(rebuild.table) ? losses(replay, rebuild) : [])),
};

function losses(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const [copy, ...more] = rebuild.copies;
  // Without any copy the rows are lost as a whole, which is DL1's business.
  if (copy === undefined) return [];
  const { old, rebuilt, table } = rebuild;
  const said = (step: Step, message: string, fix: string): Finding =>
    at(step, "DL5", "error", { message: `the rebuild of ${table} ${message}`, fix });
  const kept = old.columns.filter(
    (column) => column.kind === "plain" && rebuilt.columns.some(({ name }) => sameName(name, column.name)),
  );
  const findings: Finding[] = [];
  for (const column of old.columns) {
    if (column.kind !== "plain") continue;
    const now = rebuilt.columns.find(({ name }) => sameName(name, column.name));
    if (now === undefined) {
      findings.push(
        said(
          rebuild.drop,
          `loses the column ${column.name} with its values`,
          'keep it, or say why nothing needs it: -- d1:allow DL5 "why" above the DROP TABLE',
        ),
      );
    } else if (
      now.kind === "plain" &&
      affinity(now.type) !== affinity(column.type) &&
      affinity(now.type) !== "BLOB"
    ) {
      findings.push(
        said(
          rebuild.create,
          `turns ${column.name} from ${column.type || "no type"} into ${now.type}: values may be converted`,
          'keep the type, or say why no value changes: -- d1:allow DL5 "why" above the CREATE TABLE',
        ),
      );
    }
  }
  for (const column of kept) {
    const now = rebuilt.columns.find(({ name }) => sameName(name, column.name));
    if (column.defaultSql !== undefined && now?.defaultSql === undefined)
      findings.push(
        said(
          rebuild.create,
          `drops the default of ${column.name} (${column.defaultSql})`,
          'keep it, or say why: -- d1:allow DL5 "why" above the CREATE TABLE',
        ),
      );
  }
  const read = new Set(
    rebuild.copies.flatMap((step) =>
      step.events.filter((event) => event.action === "READ").map((event) => event.b.toLowerCase()),
    ),
  );
  const unread = kept.filter(
    (column) =>
      !read.has(column.name.toLowerCase()) &&
      !(read.has("") || isRowid(column.type, column.primaryKey, read)),
  );
  if (unread.length > 0) {
    findings.push(
      said(
        copy,
        `does not copy ${unread.map(({ name }) => name).join(", ")}`,
        "name the columns on both sides of INSERT INTO … SELECT …",
      ),
    );
  }
  if (more.length > 0)
    findings.push(
      said(
        copy,
        "copies in several statements, so that no count can be compared",
        "copy with one INSERT … SELECT",
      ),
    );
  const filter = filtering(copy);
  if (filter !== undefined) {
    findings.push(
      said(
        copy,
        `copies with ${filter}, which can leave rows behind`,
        'copy all rows; delete what may go in a statement of its own, or say why: -- d1:data-loss "why"',
      ),
    );
  }
  for (const index of old.indexes.filter(({ origin }) => origin === "c")) {
    if (replay.after.object("index", index.name) === undefined) {
      findings.push(
        said(
          rebuild.drop,
          `loses the index ${index.name}`,
          `create it again after the rename: ${replay.before.object("index", index.name)?.sql ?? ""}`,
        ),
      );
    }
  }
  for (const trigger of replay.before.objects.filter(
    (object) => object.type === "trigger" && sameName(object.tableName, table),
  )) {
    if (replay.after.object("trigger", trigger.name) === undefined) {
      findings.push(
        said(
          rebuild.drop,
          `loses the trigger ${trigger.name}`,
          `create it again after the rename:\n${trigger.sql}`,
        ),
      );
    }
  }
  const now = new Set(constraintTexts(rebuilt));
  for (const constraint of constraintTexts(old)) {
    if (!now.has(constraint))
      findings.push(
        said(
          rebuild.create,
          `drops the constraint ${constraint}`,
          'keep it, or say why: -- d1:allow DL5 "why" above the CREATE TABLE',
        ),
      );
  }
  return findings;
}

/** The row id is read under the name ROWID when its column is the integer primary key. */
const isRowid = (type: string, primaryKey: number, read: ReadonlySet<string>): boolean =>
  type === "INTEGER" && primaryKey === 1 && read.has("rowid");

function filtering(copy: Step): string | undefined {
  const { action, tokens: all } = copy;
  if (action.kind === "insert" && action.conflict !== "") return `OR ${action.conflict}`;
  const select = topLevel(all, "SELECT");
  const words = [
    "WHERE",
    "LIMIT",
    "DISTINCT",
    "GROUP",
    "HAVING",
    "EXCEPT",
    "INTERSECT",
    "UNION",
    "JOIN",
    "OFFSET",
    "CONFLICT",
  ];
  return words.find((keyword) => topLevel(all, keyword, Math.max(select, 0)) > 0);
}
