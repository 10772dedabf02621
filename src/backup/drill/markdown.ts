import type { JournalEntry } from "../journal.ts";

/** A drill for the page of a CI job, or for who reads the journal. */
export function markdown(entry: JournalEntry): string {
  const { databases, findings } = entry;
  return [
    `# Drill of ${entry.stage}, ${entry.drilledAt}: ${entry.proven ? "proven" : "UNFIT"}`,
    "",
    `Backup \`${entry.backup}\` of account ${entry.accountId}, begun at ${entry.takenAt}, \`${entry.digest}\`.`,
    "",
    `- RPO: ${entry.rpoSeconds} s (what was written since would have been lost)`,
    `- RTO: ${entry.rtoSeconds} s (checked, opened, restored, compared row by row)`,
    "",
    ...table(
      ["database", "tables", "rows", "seconds"],
      databases.map(({ name, tables, rows, seconds }) => [name, tables, rows, seconds]),
    ),
    ...tableOf(
      ["namespace", "keys", "seconds"],
      entry.namespaces.map(({ name, keys, seconds }) => [name, keys, seconds]),
    ),
    ...tableOf(
      ["bucket", "objects", "bytes", "seconds"],
      entry.buckets.map(({ name, objects, bytes, seconds }) => [name, objects, bytes, seconds]),
    ),
    ...tableOf(
      ["index", "vectors", "seconds"],
      entry.indexes.map(({ name, vectors, seconds }) => [name, vectors, seconds]),
    ),
    ...tableOf(
      ["Durable Object class", "objects", "bytes", "seconds"],
      entry.classes.map(({ name, objects, bytes, seconds }) => [name, objects, bytes, seconds]),
    ),
    ...(findings.length === 0
      ? ["Nothing was found."]
      : ["Findings:", "", ...findings.map((each) => `- ${each}`)]),
    "",
  ].join("\n");
}

type Cells = readonly (string | number)[];

const line = (cells: Cells): string => `| ${cells.join(" | ")} |`;

const table = (columns: readonly string[], rows: readonly Cells[]): readonly string[] => [
  line(columns),
  `|${"---|".repeat(columns.length)}`,
  ...rows.map(line),
  "",
];

/** Of stores that a stage may do without: nothing where there are none. */
const tableOf = (columns: readonly string[], rows: readonly Cells[]): readonly string[] =>
  rows.length === 0 ? [] : table(columns, rows);
