import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "../journal.ts";

/** What a drill of prod notes when it finds nothing wrong. */
export const drilled = (takenAt: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  format: "lockstep-drill/1",
  stage: "prod",
  target: "cloudflare",
  accountId: "a",
  backup: "20261129T120000Z",
  digest: "sha256:0",
  takenAt,
  drilledAt: takenAt,
  rpoSeconds: 1,
  rtoSeconds: 1.2,
  proven: true,
  namespaces: [],
  buckets: [],
  indexes: [],
  databases: [{ name: "dome/silo", tables: 2, rows: 7, seconds: 1 }],
  findings: [],
  ...more,
});

/** Notes a drill among the backups of a folder. */
export function noteDrill(folder: string, entry: JournalEntry): void {
  const journal = join(folder, "journal");
  mkdirSync(journal, { recursive: true });
  writeFileSync(join(journal, `${entry.takenAt.replaceAll(":", "")}.json`), JSON.stringify(entry));
}
