import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../src/files/write-whole.ts";
import { runningEmbedded } from "../../toolchain/embedded/embedded.ts";
import { startOf, withLock } from "../../toolchain/install/lock.mjs";
import type { Places } from "../../toolchain/project.ts";
import { isAlive } from "../alive.ts";
import { endProcess } from "./end-process.ts";

/** One file a running `npm start`, named after its process. */
const entry = z.object({ started: z.string(), embeddedPid: z.number() });

interface Entry extends z.infer<typeof entry> {
  readonly pid: number;
}

/** What a `npm start` got from `share`, and how it gives it back. */
export interface Shared<T> {
  readonly value: T;
  /** Stops the embedded Cloudflare, unless somebody else started it or another `npm start` uses it: then says who. */
  readonly leave: () => Promise<"stopped" | "not ours" | { readonly usedBy: number }>;
}

const folderOf = (places: Places): string => join(places.root, ".lockstep", "starts");

/** One `npm start` at a time changes the stack; the others wait, told who has the turn: also for the `pulumi` of one that was killed, which `work` names with `holdWith`. */
export function turn<T>(
  places: Places,
  onWait: (pid: number) => void,
  work: (holdWith: (pid: number) => void) => Promise<T>,
): Promise<T> {
  return withLock(join(folderOf(places), "up.lock"), work, { onWait });
}

/** Several `npm start` in one clone use one embedded Cloudflare: the first starts it with `start`, the last one out stops it. */
export async function share<T>(
  places: Places,
  start: () => Promise<{ readonly value: T; readonly embeddedPid: number }>,
): Promise<Shared<T>> {
  const folder = folderOf(places);
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, "lock");
  const own = join(folder, `${process.pid}.json`);
  const { value, ours, embeddedPid } = await withLock(lock, async () => {
    const before = (await runningEmbedded(places))?.pid;
    const started = await start().catch(async (error: unknown) => {
      const running = (await runningEmbedded(places))?.pid;
      if (running !== undefined && running !== before) await endProcess(running);
      throw error;
    });
    // Also after a start that was killed: what it left running is ended by the next.
    const isOurs =
      before !== started.embeddedPid ||
      entries(folder).some((other) => other.embeddedPid === started.embeddedPid);
    if (isOurs)
      writeWhole(own, JSON.stringify({ started: startOf(process.pid), embeddedPid: started.embeddedPid }));
    return { ...started, ours: isOurs };
  });
  return {
    value,
    leave: () =>
      withLock(lock, async () => {
        if (!ours) return "not ours";
        rmSync(own, { force: true });
        const others = entries(folder).filter((other) => other.embeddedPid === embeddedPid);
        const other = others.find(isAlive);
        if (other !== undefined) return { usedBy: other.pid };
        for (const { pid } of others) rmSync(join(folder, `${pid}.json`), { force: true });
        await endProcess(embeddedPid);
        return "stopped";
      }),
  };
}

function entries(folder: string): Entry[] {
  return readdirSync(folder).flatMap((name) => {
    const pid = /^(\d+)\.json$/.exec(name)?.[1];
    if (pid === undefined) return [];
    return [{ ...entry.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))), pid: Number(pid) }];
  });
}
