import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const others = 0o077;

/**
 * Makes a folder that its owner alone can look into. One that is there already and that others could look into is closed, with all that
 * is in it: what was made before, also under a wide umask, is as private as what comes.
 *
 * Throws the system's error where the modes cannot be changed, as in a folder that belongs to somebody else.
 */
export function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & others) === 0) return;
  chmodSync(folder, 0o700); // first: from now on nobody comes in while the rest is closed
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    // What was removed meanwhile, such as a lock, needs nothing.
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & others) !== 0) chmodSync(path, mode & 0o700);
  }
}
