import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stage } from "../../src/project/stage.ts";
import { variableLines } from "../../src/reality/variable-text.ts";
import { applied } from "./applied.ts";
import { lookingOption } from "./by-hand.ts";
import { confirm, type Terminal } from "./confirm.ts";
import { type PlanDigest, planDigest } from "./plan-digest.ts";
import { planSummary } from "./plan-summary.ts";
import { pulumi, pulumiText, type Run } from "./pulumi.ts";
import type { Request } from "./request.ts";

/**
 * Shows a plan, asks, and applies exactly what was shown: a deviation stops it. The plan is shown on one screen, in full at the key `d`; with
 * `--diff` in full at once.
 */
export async function planned(request: Request, stage: Stage, run: Run, terminal: Terminal): Promise<number> {
  const { target, yes } = request;
  const rest = [...(await lookingOption(stage, target, request.rest, run)), ...request.rest];
  const preview = ["preview", "--stack", stage.name, ...rest];
  const inFull = (): Promise<number> => pulumi([...preview, "--diff"], run);
  const folder = mkdtempSync(join(tmpdir(), "lockstep-plan-"));
  try {
    const plan = join(folder, "plan.json");
    if (rest.some((word) => ["--diff", "--json"].includes(word))) {
      const code = await pulumi([...preview, "--diff", "--save-plan", plan], run);
      if (code !== 0) return code;
      await confirm(stage, "Change", yes, terminal);
    } else {
      process.stderr.write(`Planning the change of ${stage.name}; nothing is changed yet\n`);
      const digest = await digestOf(preview, plan, run);
      // Why there is no plan the engine says better to people than in JSON, where policies are missing.
      if (digest === undefined) return (await inFull()) || 1;
      for (const { message } of digest.diagnostics ?? [])
        if (variableLines(message ?? "") === undefined)
          process.stderr.write(`${(message ?? "").trimEnd()}\n`);
      process.stdout.write(`\n${planSummary(stage.name, digest)}`);
      await confirm(stage, "Change", yes, terminal, inFull);
    }
    return await applied(
      ["up", "--stack", stage.name, "--plan", plan, "--skip-preview", "--yes", ...rest],
      run,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Saves the plan and reads it, its secrets encrypted in the one and hidden in the other; undefined where there is none. */
async function digestOf(preview: readonly string[], plan: string, run: Run): Promise<PlanDigest | undefined> {
  try {
    return planDigest.parse(JSON.parse(await pulumiText([...preview, "--json", "--save-plan", plan], run)));
  } catch {
    return undefined;
  }
}
