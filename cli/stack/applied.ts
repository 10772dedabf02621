import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureText } from "./engine/failure-text.ts";
import { pulumi, type Run } from "./engine/pulumi.ts";

/**
 * Runs a pulumi that changes a stack. Where it fails, what failed is said once more at the very end: the engine ends with the outputs, which
 * a run that stopped half-way shows as deleted.
 */
export async function applied(args: readonly string[], run: Run): Promise<number> {
  if (args.some((word) => word === "--json" || word.startsWith("--event-log"))) return pulumi(args, run);
  const folder = mkdtempSync(join(tmpdir(), "lockstep-events-"));
  try {
    const log = join(folder, "events.json");
    // The option is one of the engine's own for finding mistakes, and hidden without the variable.
    const env = { ...run.env, PULUMI_DEBUG_COMMANDS: "true" };
    const code = await pulumi([...args, "--event-log", log], { ...run, env });
    const said = code === 0 ? "" : failureText(textOf(log));
    if (said !== "") process.stderr.write(`\n${said}\n`);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An engine that stopped before it began has written none. */
function textOf(log: string): string {
  try {
    return readFileSync(log, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
