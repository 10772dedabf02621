import type { MigrationFile, Statement } from "./reading.ts";

/** `sha256:1f2e3d4c5b6a 2 stmts: CREATE TABLE notes; CREATE INDEX notes_by_created_at`: one line a file, for a preview. */
export function fileLine(file: MigrationFile): string {
  const count = file.statements.length;
  const said = file.statements.slice(0, shown).map(summary);
  const more = count > shown ? [`… ${count - shown} more`] : [];
  return `${file.checksum} ${count} ${count === 1 ? "stmt" : "stmts"}: ${[...said, ...more].join("; ")}`;
}

const shown = 6;

const name = String.raw`("(?:[^"]|"")*"|\[[^\]]*\]|\`[^\`]*\`|[\w$.]+)`;
const forms: readonly (readonly [RegExp, (m: RegExpExecArray) => string])[] = [
  [
    rule(
      String.raw`^create\s+(?:unique\s+)?(table|index|view|trigger|virtual\s+table)\s+(?:if\s+not\s+exists\s+)?${name}`,
    ),
    (m) => `CREATE ${upper(m[1])} ${plain(m[2])}`,
  ],
  [
    rule(String.raw`^drop\s+(table|index|view|trigger)\s+(?:if\s+exists\s+)?${name}`),
    (m) => `DROP ${upper(m[1])} ${plain(m[2])}`,
  ],
  [
    rule(String.raw`^alter\s+table\s+${name}\s+add\s+(?:column\s+)?${name}`),
    (m) => `ADD COLUMN ${plain(m[1])}.${plain(m[2])}`,
  ],
  [
    rule(String.raw`^alter\s+table\s+${name}\s+drop\s+(?:column\s+)?${name}`),
    (m) => `DROP COLUMN ${plain(m[1])}.${plain(m[2])}`,
  ],
  [
    rule(String.raw`^alter\s+table\s+${name}\s+rename\s+to\s+${name}`),
    (m) => `RENAME TABLE ${plain(m[1])} TO ${plain(m[2])}`,
  ],
  [
    rule(String.raw`^alter\s+table\s+${name}\s+rename\s+(?:column\s+)?${name}\s+to\s+${name}`),
    (m) => `RENAME COLUMN ${plain(m[1])}.${plain(m[2])} TO ${plain(m[3])}`,
  ],
  [
    rule(String.raw`^(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+${name}`),
    (m) => `INSERT INTO ${plain(m[1])}`,
  ],
  [rule(String.raw`^update\s+(?:or\s+\w+\s+)?${name}`), (m) => `UPDATE ${plain(m[1])}`],
  [rule(String.raw`^delete\s+from\s+${name}`), (m) => `DELETE FROM ${plain(m[1])}`],
];

/** What a statement does, in a few words; its own first words where the form is not a usual one. */
export function summary(statement: Statement): string {
  const sql = statement.sql
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/--[^\n]*/g, " ")
    .trim();
  for (const [form, say] of forms) {
    const match = form.exec(sql);
    if (match !== null) return say(match);
  }
  const words = sql.replace(/\s+/g, " ");
  return words.length > 40 ? `${words.slice(0, 39)}…` : words;
}

function rule(source: string): RegExp {
  return new RegExp(source, "i");
}

function upper(word: string | undefined): string {
  return (word ?? "").toUpperCase().replace(/\s+/g, " ");
}

function plain(word: string | undefined): string {
  const text = word ?? "";
  return /^["`[]/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}
