import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../src/userError.ts";

/**
 * Takes the data folder for this process alone. It is an operating system's lock on a file (by way of SQLite), so it is
 * gone the moment the process is, however it ended. Returns what gives it back; throws {@link UserError} with the other's pid.
 */
export function takeFolder(dataDir: string): () => void {
  const lock = new DatabaseSync(join(dataDir, "lock"), { timeout: 0 });
  const pidFile = join(dataDir, "lock.pid");
  try {
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && /locked|busy/i.test(error.message))) throw error;
    const pid = readPid(pidFile);
    throw new UserError(
      {
        what: "Another embedded Cloudflare already works on this data folder",
        where: dataDir,
        got: `process ${pid}`,
        expected: "a folder that no running process has taken",
        fix: `use that one (connection.json there has its addresses), stop it with \`kill ${pid}\`, or choose another folder with --data`,
      },
      { cause: error },
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return () => lock.close();
}

function readPid(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "unknown"; // the other process has not written it yet
  }
}
