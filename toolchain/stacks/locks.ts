import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { isRunning } from "../../src/process/is-running.ts";

/** A run of pulumi that holds a stack. */
export interface Lock {
  /** The file that is the lock. */
  readonly path: string;
  readonly pid: number;
  readonly user: string;
  readonly host: string;
  /** When it was taken, as pulumi writes it. */
  readonly since: string;
}

const shape = z.object({
  pid: z.number(),
  hostname: z.string(),
  username: z.string().default(""),
  timestamp: z.string().default(""),
});

/**
 * The locks on a stack of a backend that is a folder; one that is just being written, or gone again, is left out.
 * @param backend as PULUMI_BACKEND_URL has it
 * @returns undefined where the backend is no folder: only pulumi itself reads those
 */
export function locksOn(backend: string, project: string, stage: string): readonly Lock[] | undefined {
  if (!URL.canParse(backend)) return undefined;
  const url = new URL(backend);
  if (url.protocol !== "file:" || url.host !== "") return undefined;
  const folder = join(fileURLToPath(url), ".pulumi/locks/organization", project, stage);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => read(join(folder, name)));
}

function read(path: string): readonly Lock[] {
  try {
    const {
      pid,
      hostname: host,
      username: user,
      timestamp: since,
    } = shape.parse(JSON.parse(readFileSync(path, "utf8")));
    return [{ path, pid, user, host, since }];
  } catch {
    return [];
  }
}

/** Whether a lock's process is a pulumi that runs: `unknown` on another machine. */
export function holderOf({ pid, host }: Lock): "running" | "gone" | "unknown" {
  if (host !== hostname()) return "unknown";
  return isPulumi(pid) ? "running" : "gone";
}

/** Whether the process still runs and is a pulumi: after a crash its number can be anybody's, and a dead process nobody waited for still has one. */
function isPulumi(pid: number): boolean {
  if (!isRunning(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    // No such folder on this system, or not for us to read: it may well be one.
    return true;
  }
}
