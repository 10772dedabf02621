import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startOf, withLock } from "../../toolchain/lock.mjs";
import { isAlive } from "../alive.ts";

/** One file a running `just dev`, named after its process. The `pulumi` launcher looks whether there is one before an `up`. */
const record = z.object({ pid: z.number(), started: z.string(), scripts: z.array(z.string()) });

const folderOf = (root: string, stage: string): string => join(root, ".lockstep", "dev", stage);

/** Notes, before anything is changed, whose versions this process may take the place of. What it gives takes the note away. */
export async function note(root: string, stage: string, scripts: readonly string[]): Promise<() => void> {
  const folder = folderOf(root, stage);
  const own = join(folder, `${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  await withLock(join(folder, "lock"), async () => {
    writeFileSync(
      `${own}.draft`,
      JSON.stringify({ pid: process.pid, started: startOf(process.pid), scripts }),
    );
    renameSync(`${own}.draft`, own);
  });
  return () => rmSync(own, { force: true });
}

/**
 * Does `putBack` for every script that a `just dev` which is gone had noted, and forgets it where it succeeds. While another one
 * works on the stage nothing is done; one that starts meanwhile waits.
 */
export async function eachLeft(
  root: string,
  stage: string,
  putBack: (script: string) => Promise<boolean>,
): Promise<void> {
  const folder = folderOf(root, stage);
  await withLock(join(folder, "lock"), async () => {
    const paths = readdirSync(folder).filter((name) => name.endsWith(".json"));
    const records = paths.map((name) => ({
      path: join(folder, name),
      ...record.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))),
    }));
    if (records.some(isAlive)) return;
    for (const { path, scripts } of records) {
      const done: boolean[] = [];
      for (const script of scripts) done.push(await putBack(script));
      if (done.every((each) => each)) rmSync(path, { force: true });
    }
  });
}
