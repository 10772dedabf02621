import type { Plan, PlannedFile } from "../../../src/migrations/plan/plan.ts";
import { type Action, parse } from "../../../src/migrations/sql/action.ts";
import { changedTable, isOnTable } from "../../../src/migrations/sql/changed-table.ts";
import type { SchemaObject } from "../../../src/migrations/sql/schema-guard.ts";
import { fold } from "../../../src/migrations/sql/structure.ts";
import type { MigratedDatabase, MigratedTable } from "./radius.ts";

/** What the files of a plan that would run now do, table by table. */
export function migratedBy(plan: Plan, costs: readonly string[]): MigratedDatabase {
  const files = [...plan.expand, ...plan.contract];
  return {
    database: plan.label,
    isNew: plan.isNew,
    files: files.map(({ file: { name, phase } }) => ({ name, phase })),
    tables: byTable(plan.schema, files),
    costs,
    refused: plan.refusals.map(({ what }) => what),
  };
}

function byTable(before: readonly SchemaObject[], files: readonly PlannedFile[]): readonly MigratedTable[] {
  const known = [before, ...files.map(({ schemaAfter }) => schemaAfter)].flat();
  const done = files.flatMap((planned) =>
    planned.file.statements.map(({ sql }, at) => {
      const rows = planned.rows.get(at);
      const what = planned.effects[at]?.summary ?? sql;
      return { table: tableOf(parse(sql).action, known), what, ...(rows !== undefined && { rows }) };
    }),
  );
  return [...Map.groupBy(done, ({ table }) => fold(table))].map(([, statements]) => ({
    table: statements[0]?.table ?? "",
    statements: statements.map(({ table: _, ...statement }) => statement),
  }));
}

/** The table that a statement is about; empty for one about none. */
function tableOf(action: Action, known: readonly SchemaObject[]): string {
  if (!isOnTable(action)) return changedTable(action) ?? "";
  const { name, object } = action;
  return known.find((each) => each.type === object && fold(each.name) === fold(name))?.tableName ?? name;
}
