import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksum } from "../../migrations/sql/checksum.ts";
import type { JournalEntry } from "../journal.ts";
import { nameOf } from "../name-of.ts";
import type { Head } from "../store/head.ts";

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
  classes: [],
  databases: [{ name: "dome/silo", tables: 2, rows: 7, seconds: 1 }],
  findings: [],
  ...more,
});

/** A backup of prod with nothing in it: its head, as it is written among the backups of a folder. @returns its digest */
export function noteBackup(folder: string, head: Head): string {
  const text = `${JSON.stringify(head, null, 2)}\n`;
  mkdirSync(join(folder, head.name), { recursive: true });
  writeFileSync(join(folder, head.name, "head.json"), text);
  return checksum(text);
}

/** @param startedAt ISO 8601, a whole second */
export const emptyHead = (startedAt: string, more: Partial<Head> = {}): Head => ({
  format: "lockstep-backup/1",
  name: nameOf(new Date(startedAt)),
  ...{ stage: "prod", target: "cloudflare", accountId: "a" },
  ...{ startedAt, endedAt: startedAt, previous: null, files: [] },
  ...more,
});

/** Notes a drill among the backups of a folder. */
export function noteDrill(folder: string, entry: JournalEntry): void {
  const journal = join(folder, "journal");
  mkdirSync(journal, { recursive: true });
  writeFileSync(join(journal, `${entry.takenAt.replaceAll(":", "")}.json`), JSON.stringify(entry));
}
