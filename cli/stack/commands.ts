import { z } from "zod";
import type { System } from "../../src/declare/index.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { refuseBesideBegun } from "../../src/release/beside.ts";
import { refuseFrozen } from "../../src/release/freeze/frozen.ts";
import { applied } from "./applied.ts";
import { lookingOption } from "./by-hand.ts";
import { confirm, type Terminal } from "./confirm.ts";
import { showDrift } from "./drift/drift.ts";
import { pulumi, pulumiText, type Run } from "./engine/pulumi.ts";
import { importResource } from "./import/import.ts";
import { lockLines, refuseLocked, unlock } from "./lock/lock.ts";
import { showOutputs } from "./outputs/outputs.ts";
import { deploy, type Reviewer } from "./plan/deploy.ts";
import { applySaved, planned, savedPlan } from "./plan/planned.ts";
import { showSummary } from "./plan/show-summary.ts";
import { forgetStack } from "./pull-request.ts";
import type { Request } from "./request.ts";
import { emptyBuckets, ownBuckets, refuseFullBuckets } from "./retire/buckets.ts";
import { forget } from "./retire/forget.ts";
import { leftBehind } from "./retire/left.ts";
import { retire } from "./retire/retire.ts";
import { backupSecretUses } from "./secrets/backup-secrets.ts";
import { listSecrets } from "./secrets/list-secrets.ts";
import { setSecret } from "./secrets/secret.ts";
import { showStatus } from "./show-status.ts";
import { verify } from "./verify.ts";

/** Does for one stage what was asked for; gives the exit code. */
export async function perform(
  request: Request,
  stage: Stage,
  run: Run,
  systems: readonly System[],
  terminal: Terminal,
  review: Reviewer,
): Promise<number> {
  const { command, rest, yes, subject = "" } = request;
  const where = ["--stack", stage.name];
  if (changes(request)) refuseLocked(stage, run);
  // Before a minute is spent on a preview; the program refuses it in any case.
  if (command === "up" || command === "deploy" || command === "retire")
    refuseBesideBegun({ root: run.root, target: request.target, stage: stage.name, env: run.env });
  const looking = () => lookingOption(stage, request.target, rest, run);
  switch (command) {
    case "preview":
      if (request.savePlan !== undefined) return savedPlan(request, stage, request.savePlan, run);
      return pulumi(["preview", ...where, ...(await looking()), ...rest], run);
    case "drift":
      return showDrift(request, stage, run, terminal);
    case "status":
      return showStatus(request, stage, run, systems);
    case "outputs":
      return showOutputs(request, stage, run);
    case "summary":
      return showSummary(request, stage, run, systems);
    case "verify":
      return verify(stage, request.subject, run, systems);
    case "init":
      return init(stage, rest, run);
    case "up":
      if (request.plan !== undefined) return applySaved(request, stage, request.plan, run);
      if (stage.asksBeforeChange) return planned(request, stage, run, terminal);
      return applied(["up", ...where, ...agreed(request, terminal), ...(await looking()), ...rest], run);
    case "deploy":
      // What is only saved changes nothing; it is refused when it is applied.
      if (request.savePlan === undefined) refuseFrozen(systems, stage, "a deployment", Date.now());
      return deploy(request, stage, run, terminal, review);
    case "import":
      await confirm(stage, `Import ${subject} into`, yes, terminal);
      return importResource(stage, { name: subject, kind: request.kind }, run, systems);
    case "retire":
      await confirm(stage, `Retire ${subject} from`, yes, terminal);
      return retire(request, stage, run, systems, terminal);
    case "forget":
      await confirm(stage, `Give ${subject} up in`, yes, terminal);
      return forget(stage, subject, request.reason, run);
    case "unlock": {
      const lines = lockLines(stage, run) ?? [whoseIsUnknown(stage)];
      for (const line of lines) process.stderr.write(`${line}\n`);
      // Where nothing holds it there is nothing to agree to.
      if (lines.length > 0) await confirm(stage, "Unlock", yes, terminal);
      return unlock(stage, run, stage.asksBeforeChange ? ["--yes"] : agreed(request, terminal));
    }
    case "secret":
      if (request.subject === undefined) return listSecrets(request, stage, systems, run);
      return setSecret(
        stage,
        subject,
        rest,
        run,
        terminal,
        systems,
        backupSecretUses(stage, request.target, systems, run),
      );
    case "destroy":
      refuseProtected(stage);
      for (const line of leftBehind(systems, stage)) process.stderr.write(`${line}\n`);
      await (request.emptyBuckets ? emptyBuckets : refuseFullBuckets)(stage, run, ownBuckets(systems, stage));
      return (
        (await applied(["destroy", ...where, ...agreed(request, terminal), ...rest], run)) ||
        (stage.like === undefined ? 0 : forgetStack(stage, run))
      );
    default:
      return command satisfies never;
  }
}

/** Whether a command changes a stage, so that somebody has to agree. What a protected stage never does is refused by itself. */
export const changes = ({ command, stages }: Request): boolean =>
  command === "up" ||
  command === "deploy" ||
  command === "import" ||
  command === "retire" ||
  (command === "destroy" && stages.every((stage) => !stage.protected));

const whoseIsUnknown = ({ name }: Stage): string =>
  `Whose lock ${name} has stands in the message of the run that it stopped: this backend tells it to nobody else`;

/** pulumi asks at a terminal, unless the answer was given. */
const agreed = ({ yes }: Request, { interactive }: Terminal): readonly string[] =>
  interactive && yes === undefined ? [] : ["--yes"];

const stacks = z.array(z.object({ name: z.string() }));

/** Making what is there already is no mistake. */
async function init(stage: Stage, rest: readonly string[], run: Run): Promise<number> {
  const known = stacks.parse(JSON.parse(await pulumiText(["stack", "ls", "--json"], run)));
  if (!known.some(({ name }) => name.split("/").at(-1) === stage.name))
    return pulumi(["stack", "init", stage.name, ...rest], run);
  process.stdout.write(`Stack ${stage.name} is there already\n`);
  return 0;
}

function refuseProtected(stage: Stage): void {
  if (!stage.protected) return;
  throw new UserError({
    what: `Destroying ${stage.name} is blocked`,
    where: `stage ${stage.name}`,
    got: "destroy",
    expected: "a stage whose data can be made again",
    fix: sentence`to take one system down: ${command("retire", { system: "<system>" })}. What the engine itself always allows, and why not to use it, is in docs/targets.md`,
  });
}
