import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

/** Seconds of processor time, user and system, of each process that takes part. On a busy machine they hold, where the clock's do not. */
export const spent = z.object({ command: z.number(), api: z.number(), workerd: z.number() });
export type Spent = Readonly<z.infer<typeof spent>>;

/** Linux counts in hundredths. */
const ticksPerSecond = 100;

/** What this process, an API's process and its workerd have spent so far. Undefined where there is no /proc. */
export function spentBy(apiPid: number): Spent | undefined {
  const all = processes();
  if (all === undefined) return undefined;
  const { user, system } = process.cpuUsage();
  const ofApi = (pid: number): number => all.find((each) => each.pid === pid)?.seconds ?? 0;
  return {
    command: (user + system) / 1e6,
    api: ofApi(apiPid),
    workerd: below(all, apiPid).reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

export const between = (before: Spent | undefined, after: Spent | undefined): Spent | undefined =>
  before === undefined || after === undefined
    ? undefined
    : {
        command: after.command - before.command,
        api: after.api - before.api,
        workerd: after.workerd - before.workerd,
      };

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

function below(all: readonly Running[], pid: number): readonly Running[] {
  return all.filter(({ parent }) => parent === pid).flatMap((each) => [each, ...below(all, each.pid)]);
}

function processes(): readonly Running[] | undefined {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statOf(name);
      // Behind the name of the program, which may have any sign in it.
      const fields = stat?.slice(stat.lastIndexOf(") ") + 2).split(" ");
      if (fields === undefined) return [];
      const [, parent = "", , , , , , , , , , user = "", system = ""] = fields;
      const seconds = (Number(user) + Number(system)) / ticksPerSecond;
      return [{ pid: Number(name), parent: Number(parent), seconds }];
    });
}

/** Undefined of one that has ended meanwhile. */
function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
}
