import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Held by the process that drives a stage's release, or puts other stores into its place. The system takes it back when that process ends, however it ends. */
export interface DriverLock {
  readonly release: () => void;
}

const files = (folder: string) => ({ lock: join(folder, "driver.lock"), holder: join(folder, "driver.txt") });

/**
 * Takes the lock of a series that one process drives at a time; gives who has it where somebody has. It is SQLite's lock of a file: no file that a kill leaves
 * behind can pass for a driver.
 * @param folder of the series, on this machine
 */
export function takeLock(folder: string, holder: string): DriverLock | { readonly heldBy: string } {
  mkdirSync(folder, { recursive: true });
  const { lock, holder: note } = files(folder);
  const database = new DatabaseSync(lock);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof Error && /locked/.test(error.message))) throw error;
    return { heldBy: readFileSync(note, { encoding: "utf8", flag: "a+" }).trim() || "another process" };
  }
  writeFileSync(note, `${holder}\n`);
  return { release: () => database.close() };
}
