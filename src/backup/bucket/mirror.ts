import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeObject } from "../../cloudflare/s3/bucket.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { ownFolder } from "../../files/own-folder.ts";
import { headFile, readHead } from "../store/head.ts";
import { exchangedMark, foldersIn, headsIn, inBucketMark as mark } from "../store/heads.ts";
import { bringObjects, dropObjects, pushObjects } from "./objects.ts";
import type { Depot, There } from "./place.ts";
import { bringFile, inBucket, listed, putFile } from "./transfer.ts";

/**
 * Makes the folder know what is in the bucket: heads and journal. The files of a backup stay there until somebody needs them. A head that is known
 * here and was exchanged there is marked: nobody relies on that backup, and the others go on. An exchanged entry of the journal is refused.
 */
export async function pull({ folder, there }: Depot): Promise<void> {
  if (there === undefined) return;
  await inBucket(there, "What is in the bucket of the backups is not known", async () => {
    // Every name of a backup begins with its year.
    const found = new Map([...(await listed(there, "2")), ...(await listed(there, "journal/"))]);
    ownFolder(folder);
    for (const [name, { etag }] of found) {
      if (!isKnown(name)) continue;
      const path = join(folder, name);
      if (name.endsWith(headFile)) await pullHead(there, name, path, etag);
      else if (!existsSync(path)) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        await bringFile(there, name, path);
      } else if (md5Of(path) !== etag) throw exchanged(there, name, path);
    }
    for (const name of foldersIn(folder))
      if (!found.has(`${name}/${headFile}`) && isThere({ folder }, name))
        rmSync(join(folder, name), { recursive: true });
  });
}

/** What cannot be read here is no ground to doubt the bucket's: it is taken from there again. */
async function pullHead(there: There, name: string, path: string, etag: string): Promise<void> {
  const own = dirname(path);
  const isHere = existsSync(path);
  if (isHere && md5Of(path) === etag) {
    rmSync(join(own, exchangedMark), { force: true });
  } else if (isHere && isReadable(own)) {
    writeFileSync(join(own, exchangedMark), "", { mode: 0o600 });
  } else {
    mkdirSync(own, { recursive: true, mode: 0o700 });
    writeFileSync(join(own, mark), "", { mode: 0o600 });
    await bringFile(there, name, path);
  }
}

function isReadable(own: string): boolean {
  try {
    readHead(own);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Puts into the bucket what this machine has and the bucket has not: backups, the head of each at last, and entries of the journal. */
export async function push({ folder, there }: Depot, say: (text: string) => void): Promise<void> {
  if (there === undefined) return;
  await inBucket(there, "The backup is not in its bucket; it is whole on this machine", async () => {
    for (const { head, folder: own } of headsIn(folder).heads) {
      const { name } = head;
      if (isThere({ folder }, name)) continue;
      say(`${name}: into the bucket …`);
      for (const file of head.files) await putFile(there, `${name}/${file.name}`, join(own, file.name));
      await pushObjects({ folder, there }, name);
      await putFile(there, `${name}/${headFile}`, join(own, headFile));
      writeFileSync(join(own, mark), "", { mode: 0o600, flush: true });
      await drop({ folder, there }, name);
    }
    const found = await listed(there, "journal/");
    const journal = join(folder, "journal");
    for (const name of existsSync(journal) ? readdirSync(journal) : [])
      if (isKnown(`journal/${name}`) && !found.has(`journal/${name}`))
        await putFile(there, `journal/${name}`, join(journal, name));
  });
}

/** Brings the files of a backup here, those that are not here yet. They are checked by who opens it. */
export async function bring({ folder, there }: Depot, name: string): Promise<void> {
  if (there === undefined) return;
  await inBucket(there, "The backup cannot be brought here from its bucket", async () => {
    const own = join(folder, name);
    for (const file of readHead(own).head.files) {
      const path = join(own, file.name);
      if (statSync(path, { throwIfNoEntry: false })?.size !== file.bytes)
        await bringFile(there, `${name}/${file.name}`, path);
    }
    await bringObjects({ folder, there }, name);
  });
}

/** Whether a backup has reached the bucket, as this machine knows it. */
export const isThere = ({ folder }: Depot, name: string): boolean => existsSync(join(folder, name, mark));

/** Lets the files of a backup that is in the bucket go from this machine; its head stays. */
export async function drop(depot: Depot, name: string): Promise<void> {
  const own = join(depot.folder, name);
  if (depot.there === undefined || !isThere(depot, name)) return;
  await dropObjects(depot, name);
  for (const file of readdirSync(own))
    if (![headFile, mark, exchangedMark].includes(file)) rmSync(join(own, file));
}

/** Removes a backup from the bucket. Its head goes first: what is left of one that was cut off is no backup. */
export async function removeThere({ there }: Depot, name: string): Promise<void> {
  if (there === undefined) return;
  await inBucket(there, `The backup ${name} is not gone for certain`, async () => {
    const files = [...(await listed(there, `${name}/`)).keys()];
    const isHead = (file: string): boolean => file.endsWith(`/${headFile}`);
    for (const file of [...files.filter(isHead), ...files.filter((each) => !isHead(each))])
      await removeObject(there.bucket, `${there.prefix}${file}`);
  });
}

/** A head, or an entry of the journal: nothing else that a bucket names is written here. */
const isKnown = (name: string): boolean =>
  /^(?:\d{8}T\d{6}Z\/head\.json|journal\/[\dTZ.]+\.(?:json|md))$/.test(name);

const md5Of = (path: string): string => createHash("md5").update(readFileSync(path)).digest("hex");

const exchanged = ({ bucket, prefix }: There, name: string, path: string): UserError =>
  new UserError({
    what: "Something in the bucket of the backups is another than it was: somebody exchanged it, or this machine's copy",
    where: `bucket ${bucket.name}, ${prefix}${name}`,
    got: "other bytes",
    expected: `those of ${path}`,
    fix: "find out who wrote there before a backup of it is trusted; remove the copy of the one that is wrong",
  });
