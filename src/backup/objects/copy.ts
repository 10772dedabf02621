import type { S3 } from "../../cloudflare/s3/s3.ts";
import type { Account } from "../account.ts";
import { type BucketPlace, listedObject, listObjects } from "./list.ts";
import type { ListedObject, ObjectEntry } from "./object.ts";
import { ObjectChanged, objectBytes } from "./read.ts";
import { type Elsewhere, headerOf, idOf, type Known, lineOf, sealObject, stored } from "./store.ts";

/** A bucket that is to be backed up. */
export interface BucketSource extends BucketPlace {
  /** `jobmatch/FILES` */
  readonly key: string;
  readonly location: string;
  /** Of new objects. */
  readonly storageClass: string;
  readonly account: Account;
  readonly s3: S3;
}

export interface CopyOptions {
  readonly store: string;
  readonly known: Known;
  readonly elsewhere: Elsewhere;
  readonly recipients: readonly string[];
  /** Hears each line of the list of the backup's files in the store. */
  readonly refer: (line: string) => void;
  readonly say: (text: string) => void;
}

/** What came of copying a bucket. */
export interface CopyTally {
  objects: number;
  bytes: number;
  /** Of them, those that no earlier backup had. */
  copied: number;
  copiedBytes: number;
  /** Listed, and gone before they were read. */
  gone: number;
  /** Written to so often that each reading of them broke off. */
  changing: number;
  /** Encrypted with a key that only their owner has. */
  unreadable: number;
  newest: string | undefined;
}

export const newTally = (): CopyTally => ({
  objects: 0,
  bytes: 0,
  copied: 0,
  copiedBytes: 0,
  gone: 0,
  changing: 0,
  unreadable: 0,
  newest: undefined,
});

/** At once: most objects are small, and each costs a round trip. */
const atOnce = 8;
const attempts = 5;

/**
 * The inventory of a bucket, its bytes copied where the store has them not yet. A bucket knows no moment: each object is as it was at some time while
 * this ran, whole and with the metadata that belong to it.
 */
export async function* copyBucket(
  source: BucketSource,
  options: CopyOptions,
  tally: CopyTally,
): AsyncGenerator<ObjectEntry> {
  let said = Date.now();
  for await (const page of listObjects(source.account, source)) {
    for (let from = 0; from < page.length; from += atOnce) {
      const found = await Promise.all(
        page.slice(from, from + atOnce).map((object) => copyObject(source, object, options, tally)),
      );
      for (const one of found) {
        if (one === undefined) continue;
        const { entry, line } = one;
        options.refer(line);
        tally.objects++;
        tally.bytes += entry.size;
        if (tally.newest === undefined || entry.uploaded > tally.newest) tally.newest = entry.uploaded;
        yield entry;
      }
      if (Date.now() - said < 10_000) continue;
      said = Date.now();
      options.say(`${source.key}: ${tally.objects} objects by now, ${tally.copied} of them copied …`);
    }
  }
}

async function copyObject(
  source: BucketSource,
  listed: ListedObject,
  { store, known, elsewhere, recipients }: CopyOptions,
  tally: CopyTally,
): Promise<{ readonly entry: ObjectEntry; readonly line: string } | undefined> {
  let object: ListedObject | undefined = listed;
  for (let attempt = 1; object !== undefined; attempt++) {
    const { ssec, ...rest }: ListedObject = object;
    if (ssec) {
      tally.unreadable++;
      return undefined;
    }
    try {
      const { id, copied, ...sealed } = await stored(
        store,
        { known, elsewhere },
        (generation) => idOf(source.key, rest, generation),
        (draft) =>
          sealObject(draft, recipients, headerOf(source.key, rest), objectBytes(source.s3, source, rest)),
      );
      if (copied) {
        tally.copied++;
        tally.copiedBytes += rest.size;
      }
      return { entry: { ...rest, id }, line: lineOf(id, sealed) };
    } catch (error) {
      if (!(error instanceof ObjectChanged)) throw error;
      if (attempt >= attempts) {
        tally.changing++;
        return undefined;
      }
      object = await listedObject(source.account, source, listed.key);
    }
  }
  tally.gone++;
  return undefined;
}
