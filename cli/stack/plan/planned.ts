import { join } from "node:path";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { lookingOption } from "../by-hand.ts";
import { confirm, type Terminal } from "../confirm.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { applyPlan } from "./apply-plan.ts";
import { inPrivateFolder, madeFromOf, makePlan, tellMessages } from "./make-plan.ts";
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
  // Asked below the plan: the preview before it writes a new stack's salt into the configuration.
  const agreed = (more?: () => Promise<unknown>): Promise<void> =>
    unchangedWhile(request, stage, run, () => confirm(stage, "Change", yes, terminal, more));
  return inPrivateFolder(async (folder) => {
    const plan = join(folder, "plan.json");
    if (rest.some((word) => ["--diff", "--json"].includes(word))) {
      const code = await pulumi([...preview, "--diff", "--save-plan", plan], run);
      if (code !== 0) return code;
      await agreed();
    } else {
      process.stderr.write(`Planning the change of ${stage.name}; nothing is changed yet\n`);
      const digest = await makePlan(preview, plan, run);
      // Why there is no plan the engine says better to people than in JSON, where policies are missing.
      if (digest === undefined) return (await inFull()) || 1;
      tellMessages(digest);
      process.stdout.write(`\n${planSummary(stage.name, digest)}`);
      await agreed(inFull);
    }
    return applyPlan(stage, plan, rest, run);
  });
}

/** Lets a question stand, and refuses what was answered where the plan is not what was shown any more. */
export async function unchangedWhile(
  request: Pick<Request, "target">,
  stage: Stage,
  run: Run,
  question: () => Promise<void>,
): Promise<void> {
  const madeFrom = madeFromOf(request, stage, run);
  await question();
  if (madeFromOf(request, stage, run) === madeFrom) return;
  throw new UserError({
    what: `Change ${stage.name}: the project or its configuration was changed while the question stood; nothing was changed`,
    where: `stage ${stage.name}`,
    got: "other files than the plan was made from",
    expected: "the files that the plan shows",
    fix: "run it again, and look at the new plan",
  });
}

/** Saves a plan for later, and shows it on one screen with its digest. */
export async function savedPlan(request: Request, stage: Stage, file: string, run: Run): Promise<number> {
  const rest = [...(await lookingOption(stage, request.target, request.rest, run)), ...request.rest];
  const preview = ["preview", "--stack", stage.name, ...rest];
  checkWritable(file, stage);
  const digest = await makePlan(preview, file, run);
  if (digest === undefined)
    return (await pulumi([...preview, "--diff"], run, undefined, request.digest ? 2 : "inherit")) || 1;
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
  const { confirm: confirmed, target } = request;
  checkSaved(file, confirmed, madeFromOf(request, stage, run), stage);
  const rest = [...(await lookingOption(stage, target, request.rest, run)), ...request.rest];
  return applyPlan(stage, file, rest, run);
}
