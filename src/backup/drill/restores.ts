import type { Account } from "../account.ts";
import { type CodeOf, drillClass } from "../classes/drill.ts";
import type { RestoredClass } from "../classes/put.ts";
import { databaseFor, removeDatabase } from "../databases.ts";
import { namespaceFor, removeNamespace } from "../kv/namespaces.ts";
import { queueFor, removeQueue } from "../letters/letters.ts";
import { type RestoredLetters, restoreLetters } from "../letters/restore.ts";
import { removeBucketWithObjects } from "../objects/buckets.ts";
import {
  type Restored,
  type RestoredBucket,
  type RestoredIndex,
  type RestoredNamespace,
  restoreAndCompare,
  restoreBucket,
  restoreIndex,
  restoreNamespace,
} from "../prove.ts";
import type { OpenBackup } from "../store/open.ts";
import { removeIndex } from "../vectors/vectors.ts";
import { drillName } from "./left.ts";

/** What a drill has restored by now: also where it ends in the middle. */
export interface Done {
  readonly databases: Restored[];
  readonly namespaces: RestoredNamespace[];
  readonly buckets: RestoredBucket[];
  readonly indexes: RestoredIndex[];
  readonly letters: RestoredLetters[];
  readonly classes: RestoredClass[];
}

export const nothingDone = (): Done => ({
  databases: [],
  namespaces: [],
  buckets: [],
  indexes: [],
  letters: [],
  classes: [],
});

interface Where {
  readonly account: Account;
  readonly say: (text: string) => void;
  /** The project's code of a class. @default - there is none at hand */
  readonly codeOf?: CodeOf;
}

/** Restores everything of a backup, each into a store of its own that goes again, and compares it. */
export async function restoreAll(backup: OpenBackup, where: Where, done: Done): Promise<void> {
  const { account, say, codeOf = async () => "nobody said where its code is" } = where;
  const { databases, namespaces, buckets, indexes, letters, classes } = backup.manifest;
  await inTurn(databases, done.databases, say, {
    make: (name, { key }) => databaseFor(account, name, `drill of ${key}`),
    restore: (entry, made) => restoreAndCompare(backup, entry, made),
    remove: ({ id }) => removeDatabase(account, id),
  });
  await inTurn(namespaces, done.namespaces, say, {
    make: (name) => namespaceFor(account, name),
    restore: (entry, id) => restoreNamespace(backup, entry, account, id),
    remove: (id) => removeNamespace(account, id),
  });
  await inTurn(buckets, done.buckets, say, {
    make: async (name, { jurisdiction }) => ({ name, jurisdiction }),
    restore: (entry, place) => restoreBucket(backup, entry, account, place),
    remove: (place) => removeBucketWithObjects(account, place),
  });
  await inTurn(indexes, done.indexes, say, {
    make: async (name) => name,
    restore: (entry, name) => restoreIndex(backup, entry, account, name),
    remove: (name) => removeIndex(account, name),
  });
  const lettersThere = letters.filter(({ messages, without }) => messages > 0 || without.length > 0);
  await inTurn(lettersThere, done.letters, say, {
    make: (name) => queueFor(account, name),
    restore: (entry, id) => restoreLetters(backup, entry, account, id),
    remove: (id) => removeQueue(account, id),
  });
  await inTurn(classes, done.classes, say, {
    make: async (name) => name,
    restore: (entry, script) => drillClass(backup, entry, { account, script, codeOf }),
    remove: async () => undefined,
  });
}

interface Steps<Entry, Made, Result> {
  readonly make: (name: string, entry: Entry) => Promise<Made>;
  readonly restore: (entry: Entry, made: Made) => Promise<Result>;
  readonly remove: (made: Made) => Promise<void>;
}

async function inTurn<Entry extends { readonly key: string }, Made, Result>(
  entries: readonly Entry[],
  done: Result[],
  say: Where["say"],
  { make, restore, remove }: Steps<Entry, Made, Result>,
): Promise<void> {
  for (const [i, entry] of entries.entries()) {
    const made = await make(drillName(i), entry);
    try {
      say(`${entry.key}: restoring and comparing …`);
      done.push(await restore(entry, made));
    } finally {
      await remove(made);
    }
  }
}

/** What is otherwise than in the backup, and what somebody should know who relies on it. */
export function saidOf({ databases, namespaces, buckets, indexes, letters, classes }: Done): {
  readonly differences: readonly string[];
  readonly told: readonly string[];
} {
  const all = [...databases, ...namespaces, ...buckets, ...indexes, ...letters, ...classes];
  const without = [...databases, ...buckets, ...indexes, ...letters];
  return {
    differences: all.flatMap(({ entry: { key }, differences }) =>
      differences.map((each) => `${key}: ${each}`),
    ),
    told: [
      ...databases.flatMap(({ entry: { key, consistency } }) =>
        consistency === "spread"
          ? [`${key} was written to while it was read: its rows are not all of one moment`]
          : [],
      ),
      ...indexes.flatMap(({ entry: { key, unchanged } }) =>
        unchanged ? [] : [`${key} was written to while it was read: its vectors are not all of one moment`],
      ),
      ...[...buckets, ...letters, ...classes].flatMap(({ entry: { key }, told }) =>
        told.map((each) => `${key}: ${each}`),
      ),
      ...without.flatMap(({ entry }) => entry.without.map((each) => `${entry.key} is without ${each}`)),
    ],
  };
}
