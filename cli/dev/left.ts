import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../src/files/write-whole.ts";
import { startOf, withLock } from "../../toolchain/install/lock.mjs";
import { isAlive } from "../alive.ts";

/** One file a running `just dev`, named after its process. The `pulumi` launcher looks whether there is one before an `up`. */
const record = z.object({ pid: z.number(), started: z.string(), scripts: z.array(z.string()) });

const folderOf = (root: string, stage: string): string => join(root, ".lockstep", "dev", stage);

/**
 * What a `just dev` does last: `putBack`, which is told the scripts that others still work on, and forgetting the note if it
 * succeeds. One after the other, so that of two that end at once the second does it for both.
 */
export type Leave = (putBack: (others: ReadonlySet<string>) => Promise<boolean>) => Promise<boolean>;

/** Notes, before anything is changed, whose versions this process may take the place of. */
export async function note(root: string, stage: string, scripts: readonly string[]): Promise<Leave> {
  const folder = folderOf(root, stage);
  const own = join(folder, `${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  await withLock(join(folder, "lock"), async () => {
    writeWhole(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid), scripts }));
  });
  return (putBack) =>
    withLock(join(folder, "lock"), async () => {
      const others = records(folder).filter((each) => each.path !== own && isAlive(each));
      const done = await putBack(new Set(others.flatMap((each) => each.scripts)));
      if (done) rmSync(own, { force: true });
      return done;
    });
}

const records = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name))
    .map((path) => ({ path, ...record.parse(JSON.parse(readFileSync(path, "utf8"))) }));

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
    const noted = records(folder);
    if (noted.some(isAlive)) return;
    for (const { path, scripts } of noted) {
      const done: boolean[] = [];
      for (const script of scripts) done.push(await putBack(script));
      if (done.every((each) => each)) rmSync(path, { force: true });
    }
  });
}
