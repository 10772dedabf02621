import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { variableLines } from "../../../src/reality/variable-text.ts";
import { applied } from "../applied.ts";
import { lookingOption } from "../by-hand.ts";
import { confirm, type Terminal } from "../confirm.ts";
import { pulumi, pulumiText, type Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { stackFileOf } from "../stack-file.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type PlanDigest, planDigest } from "./plan-digest.ts";
import { planSummary } from "./plan-summary.ts";
import { checkSaved, checkWritable, digestOfPlan, toldSaved } from "./saved-plan.ts";

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
  // Asked below the plan: the preview before it writes a new stack's salt into the configuration.
  const agreed = async (more?: () => Promise<unknown>): Promise<void> => {
    const madeFrom = madeFromOf(request, stage, run);
    await confirm(stage, "Change", yes, terminal, more);
    if (madeFromOf(request, stage, run) !== madeFrom) throw changedMeanwhile(stage);
  };
  try {
    const plan = join(folder, "plan.json");
    if (rest.some((word) => ["--diff", "--json"].includes(word))) {
      const code = await pulumi([...preview, "--diff", "--save-plan", plan], run);
      if (code !== 0) return code;
      await agreed();
    } else {
      process.stderr.write(`Planning the change of ${stage.name}; nothing is changed yet\n`);
      const digest = await digestOf(preview, plan, run);
      // Why there is no plan the engine says better to people than in JSON, where policies are missing.
      if (digest === undefined) return (await inFull()) || 1;
      tellMessages(digest);
      process.stdout.write(`\n${planSummary(stage.name, digest)}`);
      await agreed(inFull);
    }
    return await applied(
      ["up", "--stack", stage.name, "--plan", plan, "--skip-preview", "--yes", ...rest],
      run,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const changedMeanwhile = (stage: Stage): UserError =>
  new UserError({
    what: `Change ${stage.name}: the project or its configuration was changed while the question stood; nothing was changed`,
    where: `stage ${stage.name}`,
    got: "other files than the plan was made from",
    expected: "the files that the plan shows",
    fix: "run it again, and look at the new plan",
  });

const madeFromOf = ({ target }: Request, stage: Stage, { root }: Run): string =>
  fingerprintOf(root, stackFileOf(stage, target, root));

/** What the program said, but for what the summary shows of it. */
function tellMessages({ diagnostics }: PlanDigest): void {
  for (const { message } of diagnostics ?? [])
    if (variableLines(message ?? "") === undefined) process.stderr.write(`${(message ?? "").trimEnd()}\n`);
}

/** Saves a plan for later, and shows it on one screen with its digest. */
export async function savedPlan(request: Request, stage: Stage, file: string, run: Run): Promise<number> {
  const rest = [...(await lookingOption(stage, request.target, request.rest, run)), ...request.rest];
  const preview = ["preview", "--stack", stage.name, ...rest];
  checkWritable(file, stage);
  const digest = await digestOf(preview, file, run);
  if (digest === undefined) return (await pulumi([...preview, "--diff"], run)) || 1;
  // Not before the preview: the first one of a stack writes its salt into the configuration.
  const madeFrom = madeFromOf(request, stage, run);
  tellMessages(digest);
  const place = placeOfTarget(stage.name, request.target, run.root);
  const shown = `\n${planSummary(stage.name, digest)}\n${toldSaved(file, madeFrom, stage, place)}`;
  if (request.digest) process.stderr.write(shown);
  process.stdout.write(request.digest ? `${digestOfPlan(file, madeFrom)}\n` : shown);
  return 0;
}

/** Applies a plan that was saved, looked at and confirmed by its digest. What the engine finds otherwise than in the plan stops it. */
export async function applySaved(request: Request, stage: Stage, file: string, run: Run): Promise<number> {
  const { confirm: confirmed, rest } = request;
  checkSaved(file, confirmed, madeFromOf(request, stage, run), stage);
  return applied(["up", "--stack", stage.name, "--plan", file, "--skip-preview", "--yes", ...rest], run);
}

/** Saves the plan and reads it, its secrets encrypted in the one and hidden in the other; undefined where there is none. */
async function digestOf(preview: readonly string[], plan: string, run: Run): Promise<PlanDigest | undefined> {
  try {
    return planDigest.parse(JSON.parse(await pulumiText([...preview, "--json", "--save-plan", plan], run)));
  } catch {
    return undefined;
  }
}
