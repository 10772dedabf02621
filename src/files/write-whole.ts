import { randomUUID } from "node:crypto";
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * A file, link or folder under its final name in one step: whoever looks sees what was there before or all of the new one.
 * `make` makes it under a name beside; whatever fails, nothing stays there.
 */
export function putWhole(path: string, make: (draft: string) => void): void {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    make(draft);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * A file's contents in one step. Who may read it stays as it was, unless `mode` says.
 *
 * @example writeWhole("/tmp/token", "secret\n", 0o600);
 */
export function writeWhole(path: string, contents: string | Uint8Array, mode?: number): void {
  const wanted = mode ?? statSync(path, { throwIfNoEntry: false })?.mode;
  putWhole(path, (draft) => {
    writeFileSync(draft, contents, { flag: "wx", ...(wanted === undefined ? {} : { mode: wanted & 0o777 }) });
    // The mode that a file is made with loses what the umask forbids.
    if (wanted !== undefined) chmodSync(draft, wanted & 0o777);
  });
}

/** A folder in one step, where none is. Of two that make the same one at once the first stays. */
export function makeWholeFolder(folder: string, fill: (draft: string) => void): void {
  try {
    putWhole(folder, fill);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  }
}
