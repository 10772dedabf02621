import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failuresIn } from "./engine/failure-text.ts";
import { pulumi, type Run } from "./engine/pulumi.ts";

/**
 * Runs a pulumi that changes a stack. Where it fails, what failed is said once more at the very end: the engine ends with the outputs, which
 * a run that stopped half-way shows as deleted.
 */
export async function applied(args: readonly string[], run: Run): Promise<number> {
  if (args.some((word) => word === "--json" || word.startsWith("--event-log"))) return pulumi(args, run);
  return withEvents(run, async (events, eventful) => {
    const code = await pulumi([...args, ...events.option], eventful);
    const said = code === 0 ? "" : failuresIn(events.read()).text;
    if (said !== "") process.stderr.write(`\n${said}\n`);
    return code;
  });
}

/** Where a run writes what happens in it. */
export interface Events {
  readonly option: readonly string[];
  /** Empty where the engine stopped before it began. */
  readonly read: () => string;
}

/** Lets a pulumi write its events where nobody else may read them. */
export async function withEvents<Value>(
  run: Run,
  work: (events: Events, run: Run) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-events-"));
  try {
    const log = join(folder, "events.json");
    // The option is one of the engine's own for finding mistakes, and hidden without the variable.
    const env = { ...run.env, PULUMI_DEBUG_COMMANDS: "true" };
    return await work({ option: ["--event-log", log], read: () => textOf(log) }, { ...run, env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(log: string): string {
  try {
    return readFileSync(log, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
