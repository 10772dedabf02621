// The verbs that change or show stacks.
import { resolve } from "node:path";
import { placeOfTarget } from "../src/diagnostic/place.ts";
import { refuse, refusingAt } from "../src/diagnostic/user-error.ts";
import type { Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";
import { agentHere } from "../src/settings/agent.ts";
import { removeStaleLocks, toldRemoved } from "../toolchain/stacks/stale-lock.ts";
import { type Place, projectAt } from "./place.ts";
import { isForPerson, refuseAgent } from "./stack/agent.ts";
import { changes, perform } from "./stack/commands.ts";
import { confirm, terminal } from "./stack/confirm.ts";
import { decidedAlready } from "./stack/engine/engine-words.ts";
import { environmentFor } from "./stack/engine/environment.ts";
import type { Reviewer } from "./stack/plan/deploy.ts";
import { unplanned } from "./stack/plan/saved-plan.ts";
import { withPullRequest } from "./stack/pull-request.ts";
import { type Request, requestOf } from "./stack/request.ts";

/** @param args the verb, then its words */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const found = await projectAt(place);
  const { root } = found;
  const project = withPullRequest(args, found);
  const asked = requestOf(args, project);
  const request = {
    ...asked,
    plan: asked.plan === undefined ? undefined : resolve(place.folder, asked.plan),
    savePlan: asked.savePlan === undefined ? undefined : resolve(place.folder, asked.savePlan),
  };
  // Who looks needs no such question: telling agents apart takes a table of them to be loaded.
  const isAsked = request.stages.some((stage) => isForPerson(request, stage));
  const agent = isAsked ? await agentHere() : undefined;
  // Who cannot answer, or says too much, is told before a minute was spent, or another stage changed.
  for (const stage of request.stages) {
    const place = placeOfTarget(stage.name, request.target, root);
    await refusingAt(place, async () => {
      refuse(decidedAlready(request, stage));
      refuseAgent(request, stage, agent);
      if (changes(request)) await agreedTo(request, stage);
    });
  }
  for (const stage of request.stages) {
    if (request.stages.length > 1) process.stderr.write(`\n── ${stage.name} ──\n`);
    const code = await refusingAt(placeOfTarget(stage.name, request.target, root), async () => {
      const env = await environmentFor(request.target, stage, root);
      if (request.target === "embedded" && request.command !== "unlock" && removeStaleLocks(stage, root) > 0)
        process.stderr.write(`${toldRemoved(stage.name)}\n`);
      return perform(request, stage, { root, env }, project.systems, terminal, reviewer(project));
    });
    if (code !== 0) return code;
  }
  return 0;
}

/** Loaded when it is asked for: it stands on most of the library. */
const reviewer =
  (project: Project): Reviewer =>
  async (plan) => {
    const { review } = await import("./review/blast-radius/review.ts");
    const { radiusText } = await import("./review/blast-radius/text.ts");
    const value = await review({ ...plan, project });
    return { value, text: radiusText(value) };
  };

/** Asks for what can be said before anything is done: at a terminal the rest is asked below the plan. */
async function agreedTo(request: Request, stage: Stage): Promise<void> {
  const { command, plan, savePlan, yes } = request;
  const isPlanned = command === "up" || command === "deploy";
  // A saved plan is looked at where it is applied: it says by itself what was agreed to.
  if (isPlanned && plan !== undefined && stage.asksBeforeChange) return;
  // Without an answer it is only saved and shown.
  if (command === "deploy" && savePlan !== undefined && (stage.asksBeforeChange || yes === undefined)) return;
  if (isPlanned && stage.asksBeforeChange && !terminal.interactive) throw unplanned(stage);
  if (yes !== undefined || !terminal.interactive) await confirm(stage, "Change", yes, terminal);
}
