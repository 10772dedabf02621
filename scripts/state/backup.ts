import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Run } from "../stack/pulumi.ts";
import { exportText, openNow, readExport, rehearse } from "./export.ts";

/** A backup that was written, read again and opened. */
export interface Backup {
  readonly path: string;
  readonly resources: number;
}

/**
 * Writes an export of the stack's state, readable by its owner alone, and restores it into a throw-away backend: what is there
 * afterwards can be read back, and this shell's passphrase opens it. A file that does not is not left behind.
 */
export async function backup(stack: string, folder: string, run: Run, now = new Date()): Promise<Backup> {
  const directory = resolve(run.root, folder);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(
    directory,
    `${stack}-${now
      .toISOString()
      .replaceAll(":", "")
      .replace(/\.\d+Z$/, "Z")}.json`,
  );
  // `wx`: a second backup in the same second does not write over the first.
  writeFileSync(path, await exportText(stack, run), { mode: 0o600, flag: "wx" });
  try {
    const { resources } = readExport(readFileSync(path, "utf8"), path);
    const [restored, present] = [await rehearse(stack, path, run), await openNow(stack, run)];
    if (!isDeepStrictEqual(restored.resources, present.resources))
      throw new Error(
        `${path} does not hold what stack ${stack} holds: somebody changed the stack meanwhile; try again`,
      );
    return { path, resources: resources.length };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
