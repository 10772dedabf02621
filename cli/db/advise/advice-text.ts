import type { Advice } from "../../../src/migrations/cost/advice.ts";
import { createIndex } from "../../../src/migrations/cost/remedy.ts";
import { countText } from "../../../src/migrations/cost/row-counts.ts";
import { statementText } from "../../../src/migrations/cost/statement-text.ts";
import { table } from "../../../toolchain/table.ts";

/** What a terminal shows without breaking a line. */
const width = 80;

interface Told {
  readonly finding: string;
  readonly table: string;
  readonly rows: string;
  readonly details: readonly string[];
}

/** Advice as a table, and below it each finding by its number with what it rests on. No line is longer than 80 columns. */
export function adviceText(label: string, known: number, advice: Advice): string {
  const statements = `${known} ${known === 1 ? "statement" : "statements"}`;
  const told = [...advice.scans.map(scanned), ...advice.keys.map(keyed), ...advice.redundant.map(idle)];
  if (told.length === 0) return `${label}: nothing costs more than it needs to (${statements} known)`;
  return [
    `${label}: what is billed for more rows than it needs (${statements} known)`,
    "",
    table(
      ["#", "finding", "table", "rows"],
      told.map(({ finding, table: name, rows }, i) => [i + 1, finding, name, rows]),
    ),
    ...told.flatMap(({ details }, i) => ["", ...numbered(i + 1, details)]),
    ...(advice.indexes.length === 0
      ? []
      : [
          "",
          "what would help:",
          ...advice.indexes.flatMap((index) => wrapped(`  ${createIndex(index)}`, "    ")),
          ...price(advice),
        ]),
    "",
  ].join("\n");
}

const scanned = ({ scan, rows, workers, sql, plan, planWithIndexes }: Advice["scans"][number]): Told => ({
  finding: {
    filter: scan.stops ? "may read all rows" : "reads all rows",
    order: "reads all rows to sort",
    everything: "asks for all rows",
  }[scan.reason],
  table: scan.table,
  rows: countText(rows),
  details: [
    `${workers.join(", ")}: ${statementText(sql)}`,
    `today: ${plan.join("; ")}`,
    planWithIndexes === undefined
      ? scan.reason === "everything"
        ? "no index helps: page through it (WHERE id > ? ORDER BY id LIMIT 100), or keep what it counts"
        : "no index on the columns that it names helps"
      : `with what would help: ${planWithIndexes.join("; ")}`,
  ],
});

const keyed = ({ table: name, columns, parents, rows }: Advice["keys"][number]): Told => ({
  finding: "foreign key without index",
  table: name,
  rows: countText(rows),
  details: [`each DELETE from ${parents.join(", ")} reads all of ${name} for ${columns.join(", ")}`],
});

const idle = ({ table: name, index, by, same, rows }: Advice["redundant"][number]): Told => ({
  finding: "redundant index",
  table: name,
  rows: countText(rows),
  details: [
    same
      ? `${index} orders rows as ${by} does, and is billed a row for each that is written`
      : `${index} orders rows as ${by} begins to; what is known does without it: DROP INDEX ${index}`,
  ],
});

/** An index is no gift: each row that is written is billed once more for it. */
const price = ({ indexes }: Advice): readonly string[] =>
  wrapped(
    `each INSERT is billed one written row more for ${indexes.length === 1 ? "it" : "each of them"}, and so is an UPDATE of its columns; making it reads all rows and writes one for each, once`,
    "",
  );

const numbered = (n: number, details: readonly string[]): readonly string[] => {
  const indent = " ".repeat(String(n).length + 2);
  return details.flatMap((detail, i) => wrapped(`${i === 0 ? `${n}  ` : indent}${detail}`, `${indent}  `));
};

/** A text in lines of 80 columns; a word that is longer stays whole. */
function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = text;
  while (line.length > width) {
    const cut = line.lastIndexOf(" ", width);
    if (cut <= indent.length) break;
    lines.push(line.slice(0, cut));
    line = indent + line.slice(cut + 1);
  }
  return [...lines, line];
}
