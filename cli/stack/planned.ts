import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stage } from "../../src/project/stage.ts";
import { confirm, type Terminal } from "./confirm.ts";
import { planDigest } from "./plan-digest.ts";
import { messagesOf, planSummary } from "./plan-summary.ts";
import { pulumi, pulumiText, type Run } from "./pulumi.ts";
import type { Request } from "./request.ts";

/**
 * Shows a plan, asks, and applies exactly what was shown: a deviation stops it. The plan is shown on one screen, in full at the key `d`; with
 * `--diff` in full at once.
 */
export async function planned(
  { rest, yes }: Request,
  stage: Stage,
  run: Run,
  terminal: Terminal,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-plan-"));
  try {
    const plan = join(folder, "plan.json");
    const save = ["preview", "--stack", stage.name, "--save-plan", plan];
    const inFull = (): Promise<number> => pulumi(["preview", "--stack", stage.name, "--diff", ...rest], run);
    if (rest.some((word) => ["--diff", "--json"].includes(word))) {
      const code = await pulumi([...save, ...(rest.includes("--diff") ? [] : ["--diff"]), ...rest], run);
      if (code !== 0) return code;
      await confirm(stage, "Change", yes, terminal);
    } else {
      process.stderr.write(`Planning the change of ${stage.name}; nothing is changed yet\n`);
      const said = await pulumiText([...save, "--json", ...rest], run).catch(() => undefined);
      // Why there is no plan the engine says better to people than in JSON, where policies are missing.
      if (said === undefined) return (await inFull()) || 1;
      const digest = planDigest.parse(JSON.parse(said));
      for (const message of messagesOf(digest)) process.stderr.write(`${message}\n`);
      process.stdout.write(`\n${planSummary(stage.name, digest)}`);
      await confirm(stage, "Change", yes, terminal, inFull);
    }
    return await pulumi(
      ["up", "--stack", stage.name, "--plan", plan, "--skip-preview", "--yes", ...rest],
      run,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
