import { type Action, parse } from "../sql/action.ts";
import type { MigrationFile } from "./reading.ts";

const shown = 6;

/** `sha256:1f2e3d… 2 stmts: CREATE TABLE notes; CREATE INDEX notes_by_created_at`: one line a file, for a preview. */
export function fileLine(file: MigrationFile): string {
  const count = file.statements.length;
  const said = file.statements.slice(0, shown).map((statement) => summary(statement.sql));
  const more = count > shown ? [`… ${count - shown} more`] : [];
  const phase = file.phase === "contract" ? "contract, " : "";
  const squashed = file.squashes.length > 0 ? `${standsFor(file.squashes.length)}, ` : "";
  return `${file.checksum} ${squashed}${phase}${count} ${count === 1 ? "stmt" : "stmts"}: ${[...said, ...more].join("; ")}`;
}

/** What a squashed file's line says of it: the summary of a plan reads it. */
const standsFor = (files: number): string => `in the place of ${files} files`;

/** What a statement does, in a few words. */
export function summary(sql: string): string {
  const { action } = parse(sql);
  return phrase(action) ?? shortened(sql);
}

function phrase(action: Action): string | undefined {
  switch (action.kind) {
    case "create":
      return `CREATE ${action.unique ? "UNIQUE " : ""}${action.object.toUpperCase()} ${action.name}`;
    case "drop":
      return `DROP ${action.object.toUpperCase()} ${action.name}`;
    case "addColumn":
      return `ADD COLUMN ${action.table}.${action.column}`;
    case "dropColumn":
      return `DROP COLUMN ${action.table}.${action.column}`;
    case "renameColumn":
      return `RENAME COLUMN ${action.table}.${action.column} TO ${action.to}`;
    case "renameTable":
      return `RENAME TABLE ${action.table} TO ${action.to}`;
    case "alterOther":
      return `ALTER TABLE ${action.table}`;
    case "insert":
      return `INSERT INTO ${action.table}`;
    case "update":
      return `UPDATE ${action.table}`;
    case "delete":
      return `DELETE FROM ${action.table}`;
    case "pragma":
    case "select":
    case "other":
      return undefined;
    default:
      return action satisfies never;
  }
}

function shortened(sql: string): string {
  const words = sql
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/--[^\n]*/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return words.length > 40 ? `${words.slice(0, 39)}…` : words;
}
