import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workerdPath } from "./workerdBinary.ts";

const pidsDirectory = (dataDir: string): string => join(dataDir, "cells", "pids");

/** Where each cell's workerd notes its pid. Call it before the first cell starts. */
export const notePids = (dataDir: string): void =>
  void mkdirSync(pidsDirectory(dataDir), { recursive: true });

/** What the starting script needs to know, a Miniflare. */
export const workerdEnvironment = (dataDir: string, cell: string): Record<string, string> => ({
  LOCKSTEP_WORKERD: workerdPath,
  LOCKSTEP_CELL: cell,
  LOCKSTEP_WORKERD_PIDS: pidsDirectory(dataDir),
});

/** Ends the workerd of one cell at once. Miniflare starts another one in its place. */
export function endWorkerd(dataDir: string, cell: string): void {
  const directory = pidsDirectory(dataDir);
  for (const file of readdirSync(directory)) {
    const [parent, owner] = readFileSync(join(directory, file), "utf8").trim().split(" ");
    if (owner !== cell) continue;
    if (processOf(Number(file))?.parent === Number(parent)) process.kill(Number(file), "SIGKILL");
    rmSync(join(directory, file), { force: true });
  }
}

/**
 * Ends the workerds that a killed process left behind with this data folder: they still hold the objects' storage.
 * Returns how many. Only processes that are workerd and whose parent is gone are ended.
 */
export async function endOrphans(dataDir: string): Promise<number> {
  const directory = pidsDirectory(dataDir);
  mkdirSync(directory, { recursive: true });
  let ended = 0;
  for (const file of readdirSync(directory)) {
    const path = join(directory, file);
    const parent = Number(readFileSync(path, "utf8").split(" ")[0]);
    const found = processOf(Number(file));
    if (found === undefined || !/workerd.*--control-fd=3/s.test(found.command)) {
      rmSync(path, { force: true });
      continue;
    }
    if (found.parent === parent) continue; // its process lives: not an orphan
    process.kill(Number(file), "SIGKILL");
    while (processOf(Number(file)) !== undefined) await sleep(5);
    rmSync(path, { force: true });
    ended += 1;
  }
  return ended;
}

function processOf(pid: number): { readonly parent: number; readonly command: string } | undefined {
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  try {
    const line = execFileSync("ps", ["-o", "ppid=,stat=,args=", "-p", String(pid)], {
      encoding: "utf8",
    }).trim();
    const [, parent, state, command] = /^(\d+)\s+(\S+)\s+(.*)$/s.exec(line) ?? [];
    if (state === undefined || state.startsWith("Z")) return undefined;
    return { parent: Number(parent), command: command ?? "" };
  } catch {
    return undefined; // ps answers with an error when there is no such process
  }
}
