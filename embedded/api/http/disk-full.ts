import { statfsSync } from "node:fs";

/** Room for a page of SQLite and its log; below it nothing can be written. */
const leastBytes = 64 * 1024;

/**
 * What to say where a request failed because the disk is full; undefined where it is not. The stores run in a process of their own
 * that only says that something went wrong, so the disk is asked too.
 *
 * @param wantedBytes how large the request's body is
 */
export function diskFullText(error: unknown, dataDir: string, wantedBytes: number): string | undefined {
  if (!saysSo(error) && freeBytes(dataDir) >= Math.max(leastBytes, wantedBytes)) return undefined;
  return `The disk with the embedded Cloudflare's data (${dataDir}) is full: the request was not carried out, or not to its end; nothing is half-written. Make room there and send it again.`;
}

function saysSo(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")) return true;
  return /database or disk is full|SQLITE_FULL/.test(error.message) || saysSo(error.cause);
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY; // the folder is gone, which is another failure
  }
}
