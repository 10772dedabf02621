import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workerdPath } from "../../workerd/workerd-binary.ts";

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
  const noted = notedPids(dataDir).filter((n) => n.cell === cell);
  const running = runningOf(noted.map(({ pid }) => pid));
  for (const { pid, parent, path } of noted) {
    if (running.get(pid)?.parent === parent) process.kill(pid, "SIGKILL");
    rmSync(path, { force: true });
  }
}

/**
 * Ends the workerds that a killed process left behind with this data folder: they still hold the objects' storage.
 * Returns how many. Only processes that are workerd and whose parent is gone are ended.
 */
export async function endOrphans(dataDir: string): Promise<number> {
  notePids(dataDir);
  const noted = notedPids(dataDir);
  const running = runningOf(noted.map(({ pid }) => pid));
  let ended = 0;
  for (const { pid, parent, path } of noted) {
    const found = running.get(pid);
    const isWorkerd = found !== undefined && /workerd.*--control-fd=3/s.test(found.command);
    if (isWorkerd && found.parent === parent) continue; // its process lives: not an orphan
    if (isWorkerd) {
      process.kill(pid, "SIGKILL");
      while (runningOf([pid]).size > 0) await sleep(5);
      ended += 1;
    }
    rmSync(path, { force: true });
  }
  return ended;
}

/** What every workerd that was started on this folder wrote down, also those that ended long ago. */
function notedPids(dataDir: string): readonly {
  readonly pid: number;
  readonly parent: number;
  readonly cell: string;
  readonly path: string;
}[] {
  const directory = pidsDirectory(dataDir);
  return readdirSync(directory).map((file) => {
    const path = join(directory, file);
    const [parent, cell = ""] = readFileSync(path, "utf8").trim().split(" ");
    return { pid: Number(file), parent: Number(parent), cell, path };
  });
}

/** Those of the processes that run. One `ps` for all of them, and none when none can be: it takes its time. */
function runningOf(
  pids: readonly number[],
): ReadonlyMap<number, { readonly parent: number; readonly command: string }> {
  const there = pids.filter(exists);
  if (there.length === 0) return new Map();
  const lines = psOf(there).split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, pid, parent, state, command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return state === undefined || state.startsWith("Z")
        ? []
        : [[Number(pid), { parent: Number(parent), command }] as const];
    }),
  );
}

function psOf(pids: readonly number[]): string {
  try {
    return execFileSync("ps", ["-o", "pid=,ppid=,stat=,args=", "-p", pids.join(",")], { encoding: "utf8" });
  } catch {
    return ""; // ps answers with an error when there is none of them
  }
}

function exists(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 1 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
