import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../src/diagnostic/user-error.ts";

/** A data folder that is this process's own. */
export interface FolderLock {
  /** Says that the folder will be free in a moment: who wants it waits instead of being refused. */
  readonly stopping: () => void;
  readonly release: () => void;
}

/** An ending process gives answers under way some seconds, and batches ten. */
const patienceMs = 20_000;

/**
 * Takes the data folder for this process alone. It is an operating system's lock on a file (by way of SQLite), so it is
 * gone the moment the process is, however it ended. Waits for a process that is stopping; throws {@link UserError} with
 * the pid of one that is not.
 */
export async function takeFolder(dataDir: string): Promise<FolderLock> {
  const lock = new DatabaseSync(join(dataDir, "lock"), { timeout: 0 });
  const pidFile = join(dataDir, "lock.pid");
  for (const until = performance.now() + patienceMs; !taken(lock); await sleep(25)) {
    const { pid, stopping } = holder(pidFile);
    if (stopping && performance.now() < until) continue;
    lock.close();
    throw new UserError({
      what: "Another embedded Cloudflare already works on this data folder",
      where: dataDir,
      got: `process ${pid}`,
      expected: "a folder that no running process has taken",
      fix: `use that one (connection.json there has its addresses), stop it with \`kill ${pid}\`, or choose another folder with --data`,
    });
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    stopping: () => {
      // the folder may have been deleted and be another process's by now
      if (holder(pidFile).pid === String(process.pid)) writeFileSync(pidFile, `${process.pid} stopping\n`);
    },
    release: () => lock.close(),
  };
}

/**
 * Calls `gone` once when the folder was deleted under this process, also when there is another one in its place by now.
 * What is written from then on lands in files that nobody will find again. Returns what ends the watch.
 */
export function watchFolder(dataDir: string, gone: () => void, everyMs = 1_000): () => void {
  const file = join(dataDir, "lock");
  const mine = statSync(file).ino;
  const timer = setInterval(() => {
    if (statSync(file, { throwIfNoEntry: false })?.ino === mine) return;
    clearInterval(timer);
    gone();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) return false;
    lock.close();
    throw error;
  }
}

function holder(pidFile: string): { readonly pid: string; readonly stopping: boolean } {
  try {
    const [pid = "unknown", word] = readFileSync(pidFile, "utf8").trim().split(" ");
    return { pid, stopping: word === "stopping" };
  } catch {
    return { pid: "unknown", stopping: false }; // the other process has not written it yet
  }
}
