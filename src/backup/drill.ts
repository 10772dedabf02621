import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../diagnostic/user-error.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Account } from "./account.ts";
import { databaseFor, databasesNamed, removeDatabase } from "./databases.ts";
import { isRunning } from "./is-running.ts";
import { type JournalEntry, journalEntry } from "./journal.ts";
import { namespaceFor, namespaces, removeNamespace } from "./kv/namespaces.ts";
import { queueFor, queueIds, removeQueue } from "./letters/letters.ts";
import { bucketsNamed, removeBucketWithObjects } from "./objects/buckets.ts";
import {
  type Restored,
  type RestoredBucket,
  type RestoredIndex,
  type RestoredLetters,
  type RestoredNamespace,
  restoreAndCompare,
  restoreBucket,
  restoreIndex,
  restoreLetters,
  restoreNamespace,
} from "./prove.ts";
import { brokenLinks, type ReadHead } from "./store/head.ts";
import { type OpenBackup, openBackup } from "./store/manifest.ts";
import { indexNames, removeIndex } from "./vectors/vectors.ts";

export interface DrillOptions {
  /** The stage's folder of backups: its journal gets the entry. */
  readonly folder: string;
  readonly identity: string;
  /** Where it is restored: an account of the embedded Cloudflare, never that of the stage's data. */
  readonly account: Account;
  readonly say: (text: string) => void;
  readonly now?: () => Date;
}

/**
 * Restores a backup into databases of its own, compares it row by row, and writes down what came of it: also where it was found unfit. Its databases go
 * again. Throws only where the drill could not be held, which is no entry, and no proof.
 */
export async function drill(read: ReadHead, options: DrillOptions): Promise<JournalEntry> {
  const { now = () => new Date(), say, folder } = options;
  const begun = performance.now();
  const at = now();
  let restored: readonly Restored[] = [];
  let restoredKeys: readonly RestoredNamespace[] = [];
  let restoredBuckets: readonly RestoredBucket[] = [];
  let restoredIndexes: readonly RestoredIndex[] = [];
  const findings: string[] = [...brokenLinks(folder)];
  const told: string[] = [];
  try {
    const backup = await openBackup(read, options.identity);
    restored = await all(backup, options);
    for (const { entry, differences } of restored) {
      findings.push(...differences.map((each) => `${entry.key}: ${each}`));
      if (entry.consistency === "spread")
        told.push(`${entry.key} was written to while it was read: its rows are not all of one moment`);
      told.push(...entry.without.map((each) => `${entry.key} is without ${each}`));
    }
    restoredKeys = await allNamespaces(backup, options);
    for (const { entry, differences } of restoredKeys)
      findings.push(...differences.map((each) => `${entry.key}: ${each}`));
    restoredBuckets = await allBuckets(backup, options);
    for (const { entry, differences, told: also } of restoredBuckets) {
      findings.push(...differences.map((each) => `${entry.key}: ${each}`));
      told.push(...also.map((each) => `${entry.key}: ${each}`));
      told.push(...entry.without.map((each) => `${entry.key} is without ${each}`));
    }
    restoredIndexes = await allIndexes(backup, options);
    for (const { entry, differences } of restoredIndexes) {
      findings.push(...differences.map((each) => `${entry.key}: ${each}`));
      if (!entry.unchanged)
        told.push(`${entry.key} was written to while it was read: its vectors are not all of one moment`);
      told.push(...entry.without.map((each) => `${entry.key} is without ${each}`));
    }
    for (const { entry, differences, told: also } of await allLetters(backup, options)) {
      findings.push(...differences.map((each) => `${entry.key}: ${each}`));
      told.push(...also.map((each) => `${entry.key}: ${each}`));
      told.push(...entry.without.map((each) => `${entry.key} is without ${each}`));
    }
    told.push(...backup.manifest.notInBackup);
  } catch (error) {
    // A wrong key says nothing of the backup.
    if (!(error instanceof UserError) || !/damaged/.test(error.diagnostic.what)) throw error;
    findings.push(`${error.diagnostic.what}: ${error.diagnostic.got} (${String(error.diagnostic.where)})`);
  }
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
    rtoSeconds: Math.round((performance.now() - begun) / 100) / 10,
    proven: findings.length === 0,
    databases: restored.map(({ entry: { key, tables }, rows, seconds }) => ({
      name: key,
      tables: tables.length,
      rows,
      seconds: Math.round(seconds * 10) / 10,
    })),
    namespaces: restoredKeys.map(({ entry: { key, keys }, seconds }) => ({
      name: key,
      keys,
      seconds: Math.round(seconds * 10) / 10,
    })),
    buckets: restoredBuckets.map(({ entry: { key, objects, bytes }, seconds }) => ({
      name: key,
      objects,
      bytes,
      seconds: Math.round(seconds * 10) / 10,
    })),
    indexes: restoredIndexes.map(({ entry: { key, vectors }, seconds }) => ({
      name: key,
      vectors,
      seconds: Math.round(seconds * 10) / 10,
    })),
    findings: [...findings, ...told],
  };
  writeEntry(folder, entry);
  say(entry.proven ? "proven" : "unfit");
  return entry;
}

const prefix = "lockstep-drill-";
const jurisdictions = ["default", "eu", "fedramp"];

async function all(backup: OpenBackup, { account, say }: DrillOptions): Promise<readonly Restored[]> {
  await clearLeft(account);
  const restored: Restored[] = [];
  for (const [i, entry] of backup.manifest.databases.entries()) {
    const made = await databaseFor(account, `${prefix}${process.pid}-${i}`, `drill of ${entry.key}`);
    try {
      say(`${entry.key}: restoring and comparing …`);
      restored.push(await restoreAndCompare(backup, entry, made));
    } finally {
      await removeDatabase(account, made.id);
    }
  }
  return restored;
}

async function allNamespaces(
  backup: OpenBackup,
  { account, say }: DrillOptions,
): Promise<readonly RestoredNamespace[]> {
  const restored: RestoredNamespace[] = [];
  for (const [i, entry] of backup.manifest.namespaces.entries()) {
    const id = await namespaceFor(account, `${prefix}${process.pid}-${i}`);
    try {
      say(`${entry.key}: restoring and comparing …`);
      restored.push(await restoreNamespace(backup, entry, account, id));
    } finally {
      await removeNamespace(account, id);
    }
  }
  return restored;
}

async function allBuckets(
  backup: OpenBackup,
  { account, say }: DrillOptions,
): Promise<readonly RestoredBucket[]> {
  const restored: RestoredBucket[] = [];
  for (const [i, entry] of backup.manifest.buckets.entries()) {
    const place = { name: `${prefix}${process.pid}-${i}`, jurisdiction: entry.jurisdiction };
    try {
      say(`${entry.key}: restoring and comparing …`);
      restored.push(await restoreBucket(backup, entry, account, place));
    } finally {
      await removeBucketWithObjects(account, place);
    }
  }
  return restored;
}

async function allIndexes(
  backup: OpenBackup,
  { account, say }: DrillOptions,
): Promise<readonly RestoredIndex[]> {
  const restored: RestoredIndex[] = [];
  for (const [i, entry] of backup.manifest.indexes.entries()) {
    const name = `${prefix}${process.pid}-${i}`;
    try {
      say(`${entry.key}: restoring and comparing …`);
      restored.push(await restoreIndex(backup, entry, account, name));
    } finally {
      await removeIndex(account, name);
    }
  }
  return restored;
}

async function allLetters(
  backup: OpenBackup,
  { account, say }: DrillOptions,
): Promise<readonly RestoredLetters[]> {
  const restored: RestoredLetters[] = [];
  for (const [i, entry] of backup.manifest.letters.entries()) {
    if (entry.messages === 0 && entry.without.length === 0) continue;
    const id = await queueFor(account, `${prefix}${process.pid}-${i}`);
    try {
      say(`${entry.key}: restoring and comparing …`);
      restored.push(await restoreLetters(backup, entry, account, id));
    } finally {
      await removeQueue(account, id);
    }
  }
  return restored;
}

/** What drills left that were killed: real rows must not lie about. The embedded Cloudflare is of this machine alone, and so are their numbers. */
async function clearLeft(account: Account): Promise<void> {
  for (const { uuid, name } of await databasesNamed(account, prefix)) {
    if (isLeft(name)) await removeDatabase(account, uuid);
  }
  for (const [title, id] of await namespaces(account)) {
    if (isLeft(title)) await removeNamespace(account, id);
  }
  for (const [name, id] of await queueIds(account)) if (isLeft(name)) await removeQueue(account, id);
  for (const name of await indexNames(account)) if (isLeft(name)) await removeIndex(account, name);
  for (const jurisdiction of jurisdictions)
    for (const name of await bucketsNamed(account, prefix, jurisdiction))
      if (isLeft(name)) await removeBucketWithObjects(account, { name, jurisdiction });
}

function isLeft(name: string): boolean {
  const pid = /^lockstep-drill-(\d+)-/.exec(name)?.[1];
  return pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)));
}

function writeEntry(folder: string, entry: JournalEntry): void {
  const path = join(folder, "journal");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const name = join(path, entry.drilledAt.replaceAll(/[-:]/g, ""));
  writeWhole(`${name}.md`, markdown(entry), 0o600);
  writeWhole(`${name}.json`, `${JSON.stringify(journalEntry.parse(entry), null, 2)}\n`, 0o600);
}

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
    ...(findings.length === 0
      ? ["Nothing was found."]
      : ["Findings:", "", ...findings.map((each) => `- ${each}`)]),
    "",
  ].join("\n");
}
