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
    "| database | tables | rows | seconds |",
    "|---|---|---|---|",
    ...databases.map(({ name, tables, rows, seconds }) => `| ${name} | ${tables} | ${rows} | ${seconds} |`),
    "",
    ...(entry.namespaces.length === 0
      ? []
      : [
          "| namespace | keys | seconds |",
          "|---|---|---|",
          ...entry.namespaces.map(({ name, keys, seconds }) => `| ${name} | ${keys} | ${seconds} |`),
          "",
        ]),
    ...(entry.buckets.length === 0
      ? []
      : [
          "| bucket | objects | bytes | seconds |",
          "|---|---|---|---|",
          ...entry.buckets.map(
            (each) => `| ${each.name} | ${each.objects} | ${each.bytes} | ${each.seconds} |`,
          ),
          "",
        ]),
    ...(entry.indexes.length === 0
      ? []
      : [
          "| index | vectors | seconds |",
          "|---|---|---|",
          ...entry.indexes.map(({ name, vectors, seconds }) => `| ${name} | ${vectors} | ${seconds} |`),
          "",
        ]),
    ...(entry.classes.length === 0
      ? []
      : [
          "| Durable Object class | objects | bytes | seconds |",
          "|---|---|---|---|",
          ...entry.classes.map(
            (each) => `| ${each.name} | ${each.objects} | ${each.bytes} | ${each.seconds} |`,
          ),
          "",
        ]),
    ...(findings.length === 0
      ? ["Nothing was found."]
      : ["Findings:", "", ...findings.map((each) => `- ${each}`)]),
    "",
  ].join("\n");
}
