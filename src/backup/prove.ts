import { setTimeout as sleep } from "node:timers/promises";
import { s3Of } from "../cloudflare/s3/s3.ts";
import type { Database } from "../migrations/database/database.ts";
import type { Account } from "./account.ts";
import { differencesOf } from "./d1/compare.ts";
import type { FillOptions } from "./d1/fill.ts";
import { fill, isFilled } from "./d1/fill.ts";
import { namespaceDifferences, putPairs } from "./kv/namespaces.ts";
import { bucketFor } from "./objects/buckets.ts";
import type { BucketPlace } from "./objects/list.ts";
import { bucketDifferences, cannotPut, putObjects } from "./objects/restore.ts";
import type { BucketEntry, DatabaseEntry, IndexEntry, NamespaceEntry } from "./store/manifest.ts";
import type { OpenBackup } from "./store/open.ts";
import { indexDifferences } from "./vectors/compare.ts";
import { indexFor, putVectors, type Vector } from "./vectors/vectors.ts";

/** A database that is made for one restore. */
export interface Made {
  readonly id: string;
  readonly name: string;
  readonly database: Database;
  readonly makeTriggers: FillOptions["makeTriggers"];
}

export interface Restored {
  readonly entry: DatabaseEntry;
  readonly made: Made;
  readonly rows: number;
  readonly seconds: number;
  /** What is otherwise in it than in the backup; none: it is the same, row by row. */
  readonly differences: readonly string[];
}

/**
 * Restores one database of a backup into one that nothing is in, and compares it row by row, with its foreign keys, counters and schema.
 * @param options `mayBeDone`: it has the name of this restore, and an earlier run of it may have filled it to its end @default false
 */
export async function restoreAndCompare(
  backup: OpenBackup,
  entry: DatabaseEntry,
  made: Made,
  options: { readonly mayBeDone?: boolean } = {},
): Promise<Restored> {
  const begun = performance.now();
  const expected = {
    schema: entry.schema,
    sequences: entry.sequences,
    tables: backup.tablesOf(entry),
    pages: () => backup.pagesOf(entry),
    counted: entry.tables,
  };
  // What was filled to its end before is compared all the same: somebody may have written to it.
  if (options.mayBeDone !== true || !(await isFilled(made.database)))
    await fill(
      made.database,
      { ...expected, source: `${backup.digest} ${entry.key}` },
      { makeTriggers: made.makeTriggers },
    );
  const differences = await differencesOf(made.database, expected);
  return {
    entry,
    made,
    rows: entry.tables.reduce((sum, { rows }) => sum + rows, 0),
    seconds: (performance.now() - begun) / 1000,
    differences,
  };
}

/** A namespace that was restored, and what is otherwise in it. */
export interface RestoredNamespace {
  readonly entry: NamespaceEntry;
  /** Keys that have expired since the backup. */
  readonly expired: number;
  readonly seconds: number;
  readonly differences: readonly string[];
}

/**
 * Puts a backup's keys into a namespace and compares it with them: values, metadata and expiry. Done twice it is as if it was done once.
 * @param patience how often it is looked, 20 s apart: KV tells what was written a minute later at times
 */
export async function restoreNamespace(
  backup: OpenBackup,
  entry: NamespaceEntry,
  account: Account,
  id: string,
  patience = 1,
): Promise<RestoredNamespace> {
  const begun = performance.now();
  const expired = await putPairs(account, id, backup.pairsOf(entry));
  let differences = await namespaceDifferences(account, id, backup.pairsOf(entry));
  for (let look = 1; look < patience && differences.length > 0; look++) {
    await sleep(20_000);
    differences = await namespaceDifferences(account, id, backup.pairsOf(entry));
  }
  return { entry, expired, differences, seconds: (performance.now() - begun) / 1000 };
}

/** A bucket that was restored, and what is otherwise in it. */
export interface RestoredBucket {
  readonly entry: BucketEntry;
  readonly seconds: number;
  readonly differences: readonly string[];
  /** What somebody should know all the same. */
  readonly told: readonly string[];
}

/**
 * Puts a backup's objects into a bucket and compares all of them with it, byte by byte. Nothing that is in it is overwritten: an earlier run is gone on with, and what differs is told.
 * @param like what a new bucket is made as
 */
export async function restoreBucket(
  backup: OpenBackup,
  entry: BucketEntry,
  account: Account,
  place: BucketPlace,
  like: Pick<BucketEntry, "location" | "storageClass"> = entry,
): Promise<RestoredBucket> {
  const begun = performance.now();
  const s3 = await s3Of(account.connection, account.accountId);
  const inventory = backup.inventoryOf(entry);
  await bucketFor(account, place, like);
  await putObjects(account, s3, place, inventory);
  return {
    entry,
    differences: await bucketDifferences(account, s3, place, inventory),
    told: await cannotPut(inventory.objects()),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** An index that was restored, and what is otherwise in it. */
export interface RestoredIndex {
  readonly entry: IndexEntry;
  readonly seconds: number;
  readonly differences: readonly string[];
}

/**
 * Puts a backup's vectors into an index of their shape, waits until they are in it, and compares all of them. Nothing that is in it is overwritten: what differs is told.
 * @param patienceMs how long it is waited: Vectorize carries a change out some time after it took it
 */
export async function restoreIndex(
  backup: OpenBackup,
  entry: IndexEntry,
  account: Account,
  name: string,
  patienceMs = 600_000,
): Promise<RestoredIndex> {
  const begun = performance.now();
  const vectors = (): AsyncIterable<Vector> => backup.vectorsOf(entry);
  await indexFor(account, name, entry);
  await putVectors(account, name, vectors(), patienceMs);
  const differences = await indexDifferences(account, name, { shape: entry, vectors });
  return { entry, differences, seconds: (performance.now() - begun) / 1000 };
}
