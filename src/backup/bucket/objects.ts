import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeObject } from "../../cloudflare/s3/bucket.ts";
import { type Elsewhere, listFile, pathOf, readList, storeFolder } from "../objects/store.ts";
import { readHead } from "../store/head.ts";
import { requireWhole } from "../store/unsealed.ts";
import type { Depot, There } from "./place.ts";
import { bringFile, inBucket, listed, putFile } from "./transfer.ts";

/** The bytes of objects, which backups share, in the bucket: `objects/<first two>/<id>.age`, as they lie in a folder. */
interface Within {
  readonly folder: string;
  readonly there: There;
}

const keyOf = (id: string): string => pathOf("objects", id);
const listOf = ({ folder }: Pick<Within, "folder">, name: string): string => join(folder, name, listFile);

/** What the bucket has of them, and the list of the newest backup, which says with which bytes. Of a folder: nothing. */
export async function objectsThere({ folder, there }: Depot, newest: string | undefined): Promise<Elsewhere> {
  if (there === undefined) return new Map();
  return inBucket(there, "What is in the bucket of the backups is not known", async () => {
    if (newest !== undefined) await bringList({ folder, there }, newest);
    const found = await listed(there, "objects/");
    return new Map(
      [...found].flatMap(([name, { bytes }]) => {
        const id = /([0-9a-f]{64})\.age$/.exec(name)?.[1];
        return id === undefined ? [] : [[id, bytes]];
      }),
    );
  });
}

/** Puts what a backup refers to and the bucket has not. */
export async function pushObjects({ folder, there }: Within, name: string): Promise<void> {
  if (!existsSync(listOf({ folder }, name))) return;
  const found = await listed(there, "objects/");
  for await (const { id } of readList(listOf({ folder }, name)))
    if (!found.has(keyOf(id))) await putFile(there, keyOf(id), pathOf(storeFolder(folder), id));
}

/** Brings what a backup refers to and this machine has not. */
export async function bringObjects({ folder, there }: Within, name: string): Promise<void> {
  if (!existsSync(listOf({ folder }, name))) return;
  for await (const { id, bytes } of readList(listOf({ folder }, name))) {
    const path = pathOf(storeFolder(folder), id);
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes) continue;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await bringFile(there, keyOf(id), path);
  }
}

/** Lets what a backup refers to go from this machine. */
export async function dropObjects({ folder }: Pick<Within, "folder">, name: string): Promise<void> {
  if (!existsSync(listOf({ folder }, name))) return;
  for await (const { id } of readList(listOf({ folder }, name)))
    rmSync(pathOf(storeFolder(folder), id), { force: true });
}

/** A backup that somebody writes at the moment refers to objects that no head names yet: what is younger stays. */
const youngMs = 2 * 86_400_000;

/**
 * Removes from the bucket what none of the backups that stay refers to. None where a list cannot be read, or was changed.
 * @returns files and bytes that went, or would
 */
export async function collectThere(
  { folder, there }: Depot,
  {
    stays,
    dryRun,
    now = new Date(),
  }: { readonly stays: readonly string[]; readonly dryRun: boolean; readonly now?: Date },
): Promise<{ readonly removed: number; readonly removedBytes: number }> {
  if (there === undefined) return { removed: 0, removedBytes: 0 };
  return inBucket(
    there,
    "Objects that no backup refers to are not gone from the bucket for certain",
    async () => {
      const used = new Set<string>();
      for (const name of stays) {
        await bringList({ folder, there }, name);
        const list = readHead(join(folder, name)).head.files.find((file) => file.name === listFile);
        if (list === undefined) continue;
        await requireWhole(listOf({ folder }, name), list);
        for await (const { id } of readList(listOf({ folder }, name))) used.add(keyOf(id));
      }
      let removed = 0;
      let removedBytes = 0;
      for (const [name, { bytes, putAt }] of await listed(there, "objects/")) {
        if (used.has(name) || now.getTime() - Date.parse(putAt) < youngMs) continue;
        removed++;
        removedBytes += bytes;
        if (!dryRun) await removeObject(there.bucket, `${there.prefix}${name}`);
      }
      return { removed, removedBytes };
    },
  );
}

async function bringList({ folder, there }: Within, name: string): Promise<void> {
  const { files } = readHead(join(folder, name)).head;
  if (existsSync(listOf({ folder }, name)) || !files.some((file) => file.name === listFile)) return;
  await bringFile(there, `${name}/${listFile}`, listOf({ folder }, name));
}
