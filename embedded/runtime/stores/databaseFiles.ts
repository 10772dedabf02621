import { randomUUID } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";

/** Copies a database that may be in use, as it is between two transactions: one read transaction, and the source is only read. */
export async function copyLive(source: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${randomUUID()}.half`;
  const database = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(database, half, { rate: 0x7fffffff }); // all pages in one step: at the default rate each write starts it anew
    settle(half, target);
  } finally {
    database.close();
    rmSync(half, { force: true });
  }
}

/** Copies a file that nothing has open. */
export function copyStill(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${randomUUID()}.half`;
  copyFileSync(source, half);
  settle(half, target);
}

/** The same contents under a second name, at no cost. */
export const shareStill = (source: string, target: string): void => linkSync(source, target);

/** Durable under its final name, or not there at all. */
function settle(half: string, target: string): void {
  sync(half);
  removeDatabase(target);
  renameSync(half, target);
  if (process.platform !== "win32") sync(dirname(target));
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

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
