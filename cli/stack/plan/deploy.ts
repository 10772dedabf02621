import { join } from "node:path";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { lookingOption } from "../by-hand.ts";
import { confirm, confirmYes, type Terminal } from "../confirm.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";
import type { Request, TargetName } from "../request.ts";
import { applyPlan } from "./apply-plan.ts";
import { inPrivateFolder, madeFromOf, makePlan, tellMessages } from "./make-plan.ts";
import type { PlanDigest } from "./plan-digest.ts";
import { planSummary } from "./plan-summary.ts";
import { applySaved, unchangedWhile } from "./planned.ts";
import { checkWritable, digestOfPlan, toldSaved } from "./saved-plan.ts";

/** Finds out what a plan reaches, and says it. Handed in: it stands on more than the commands of stacks do. */
export type Reviewer = (plan: {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly run: Run;
  readonly plan: PlanDigest;
}) => Promise<{ readonly text: string; readonly value: unknown }>;

/**
 * Plans, shows what the plan does and what it reaches, asks, and applies exactly that plan. Without a terminal the plan of a stage that asks is only
 * shown and saved: it is applied by a second command, with the digest.
 */
export async function deploy(
  request: Request,
  stage: Stage,
  run: Run,
  terminal: Terminal,
  review: Reviewer,
): Promise<number> {
  const { target, plan: saved, savePlan, yes } = request;
  if (saved !== undefined) return applySaved(request, stage, saved, run);
  if (savePlan !== undefined) checkWritable(savePlan, stage);
  const isJson = request.rest.includes("--json");
  const words = request.rest.filter((word) => word !== "--json");
  const rest = [...(await lookingOption(stage, target, words, run)), ...words];
  const preview = ["preview", "--stack", stage.name, ...rest];
  const inFull = (): Promise<number> =>
    pulumi([...preview, "--diff"], run, undefined, isJson ? 2 : "inherit");
  return inPrivateFolder(async (folder) => {
    const file = savePlan ?? join(folder, "plan.json");
    process.stderr.write(`Planning the change of ${stage.name}; nothing is changed yet\n`);
    const plan = await makePlan(preview, file, run);
    if (plan === undefined) return (await inFull()) || 1;
    const madeFrom = madeFromOf(request, stage, run);
    tellMessages(plan);
    const { text, value } = await review({ stage, target, run, plan });
    const shown = `\n${planSummary(stage.name, plan)}\n${text}`;
    (isJson ? process.stderr : process.stdout).write(shown);
    if (isJson)
      process.stdout.write(
        `${JSON.stringify({ blastRadius: value, plan: savePlan ?? null, digest: digestOfPlan(file, madeFrom) }, null, 2)}\n`,
      );
    if (savePlan !== undefined)
      process.stderr.write(
        `\n${toldSaved(file, madeFrom, stage, placeOfTarget(stage.name, target, run.root), "deploy")}`,
      );
    if (!terminal.interactive && (stage.asksBeforeChange || yes === undefined)) return 0;
    await unchangedWhile(request, stage, run, () =>
      stage.asksBeforeChange
        ? confirm(stage, "Change", yes, terminal, inFull)
        : confirmYes(stage, "Change", yes, terminal, inFull),
    );
    return applyPlan(stage, file, rest, run);
  });
}
