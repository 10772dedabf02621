import { randomUUID } from "node:crypto";
import { constants, existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { copyFile, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";

/** Copies a database that may be in use, as it is between two transactions: one read transaction, and the source is only read. */
export async function copyLive(source: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${randomUUID()}.half`;
  const database = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(database, half, { rate: 0x7fffffff }); // all pages in one step: at the default rate each write starts it anew
    await settle(half, target);
  } finally {
    database.close();
    rmSync(half, { force: true });
  }
}

/** Copies a file that nothing has open. */
export async function copyStill(source: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${randomUUID()}.half`;
  await copyFile(source, half, constants.COPYFILE_FICLONE);
  await settle(half, target);
}

/** The same contents under a second name, at no cost. */
export const shareStill = (source: string, target: string): void => linkSync(source, target);

/** Durable under its final name, or not there at all. */
async function settle(half: string, target: string): Promise<void> {
  await sync(half);
  removeDatabase(target);
  await rename(half, target);
  if (process.platform !== "win32") await sync(dirname(target));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** When the file or its journal was last written, for a database whose last write this process has not seen. */
export const changedMs = (file: string): number =>
  Math.max(...[file, `${file}-wal`].map((f) => statSync(f, { throwIfNoEntry: false })?.mtimeMs ?? 0));

/** With its journal; nothing happens when it is not there. */
export function removeDatabase(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
}

/** Copies that a killed process left unfinished. */
export function removeHalves(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.endsWith(".half")) rmSync(join(folder, name), { force: true });
}
