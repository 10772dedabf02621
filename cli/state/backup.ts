import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Run } from "../stack/engine/pulumi.ts";
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
  // It gets its name when it is believed: a run that is killed before leaves nothing that looks like a backup.
  const draft = `${path}.${process.pid}.unchecked`;
  writeFileSync(draft, await exportText(stack, run), { mode: 0o600 });
  try {
    const { resources } = readExport(readFileSync(draft, "utf8"), draft);
    const [restored, present] = [await rehearse(stack, draft, run), await openNow(stack, run)];
    if (!isDeepStrictEqual(restored.resources, present.resources))
      throw unusable(path, `another state than stack ${stack} has: somebody changed it meanwhile`);
    if (existsSync(path)) throw unusable(path, "a backup of the same second, which stays as it is");
    renameSync(draft, path);
    return { path, resources: resources.length };
  } finally {
    rmSync(draft, { force: true });
  }
}

const unusable = (path: string, got: string): UserError =>
  new UserError({
    what: "No backup was written",
    where: path,
    got,
    expected: "a stack and a folder that nobody else is writing to",
    fix: "run the command again",
  });
