import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { Account } from "../account.ts";
import type { CodeOf } from "../classes/drill.ts";
import { type JournalEntry, journalEntry } from "../journal.ts";
import type { ReadHead } from "../store/head.ts";
import { brokenLinks } from "../store/heads.ts";
import { openBackup } from "../store/open.ts";
import { clearLeft } from "./left.ts";
import { markdown } from "./markdown.ts";
import { nothingDone, restoreAll, saidOf } from "./restores.ts";

export interface DrillOptions {
  /** The stage's folder of backups: its journal gets the entry. */
  readonly folder: string;
  readonly identity: string;
  /** Where it is restored: an account of the embedded Cloudflare, never that of the stage's data. */
  readonly account: Account;
  readonly say: (text: string) => void;
  /** What is known of the backup besides, and does not make it unfit. @default - nothing */
  readonly told?: readonly string[];
  /** The project's code of a Durable Object class. @default - there is none at hand */
  readonly codeOf?: CodeOf;
  readonly now?: () => Date;
}

/**
 * Restores a backup into stores of its own, compares it row by row, and writes down what came of it: also where it was found unfit. Its stores go
 * again. Throws only where the drill could not be held, which is no entry, and no proof.
 */
export async function drill(read: ReadHead, options: DrillOptions): Promise<JournalEntry> {
  const { now = () => new Date(), say, folder } = options;
  const begun = performance.now();
  const at = now();
  const done = nothingDone();
  const damages: string[] = [];
  const notInBackup: string[] = [];
  try {
    const backup = await openBackup(read, options.identity);
    await clearLeft(options.account);
    await restoreAll(backup, options, done);
    notInBackup.push(...backup.manifest.notInBackup);
  } catch (error) {
    // A wrong key says nothing of the backup.
    if (!(error instanceof UserError) || !/damaged/.test(error.diagnostic.what)) throw error;
    damages.push(`${error.diagnostic.what}: ${error.diagnostic.got} (${String(error.diagnostic.where)})`);
  }
  const { differences, told } = saidOf(done);
  const findings = [...brokenLinks(folder), ...differences, ...damages];
  const entry: JournalEntry = {
    format: "lockstep-drill/1",
    stage: read.head.stage,
    target: read.head.target,
    accountId: read.head.accountId,
    backup: read.head.name,
    digest: read.digest,
    takenAt: read.head.startedAt,
    drilledAt: at.toISOString(),
    rpoSeconds: Math.max(0, Math.round((at.getTime() - Date.parse(read.head.startedAt)) / 1000)),
    rtoSeconds: tenths((performance.now() - begun) / 1000),
    proven: findings.length === 0,
    databases: done.databases.map(({ entry: { key, tables }, rows, seconds }) => ({
      name: key,
      tables: tables.length,
      rows,
      seconds: tenths(seconds),
    })),
    namespaces: done.namespaces.map(({ entry: { key, keys }, seconds }) => ({
      name: key,
      keys,
      seconds: tenths(seconds),
    })),
    buckets: done.buckets.map(({ entry: { key, objects, bytes }, seconds }) => ({
      name: key,
      objects,
      bytes,
      seconds: tenths(seconds),
    })),
    indexes: done.indexes.map(({ entry: { key, vectors }, seconds }) => ({
      name: key,
      vectors,
      seconds: tenths(seconds),
    })),
    classes: done.classes.map(({ entry: { key, objects, bytes }, seconds }) => ({
      name: key,
      objects,
      bytes,
      seconds: tenths(seconds),
    })),
    findings: [...findings, ...(options.told ?? []), ...told, ...notInBackup],
  };
  writeEntry(folder, entry);
  say(entry.proven ? "proven" : "unfit");
  return entry;
}

const tenths = (seconds: number): number => Math.round(seconds * 10) / 10;

function writeEntry(folder: string, entry: JournalEntry): void {
  const path = join(folder, "journal");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const name = join(path, entry.drilledAt.replaceAll(/[-:]/g, ""));
  writeWhole(`${name}.md`, markdown(entry), 0o600);
  writeWhole(`${name}.json`, `${JSON.stringify(journalEntry.parse(entry), null, 2)}\n`, 0o600);
}
