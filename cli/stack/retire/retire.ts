import { z } from "zod";
import { approval, expiredApprovals } from "../../../src/approvals/approval.ts";
import { approvedBy } from "../../../src/approvals/block.ts";
import { digestOfChange } from "../../../src/approvals/change.ts";
import { holdsData, retirements } from "../../../src/approvals/retirement.ts";
import type { System } from "../../../src/declare/index.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import type { Terminal } from "../confirm.ts";
import { pulumi, pulumiText, type Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { configOf, setConfig, withConfigCopy } from "../stage-config.ts";
import { stateOf } from "../state.ts";
import { emptyBuckets, refuseFullBuckets } from "./buckets.ts";
import { notThere, type Retiring, retiringStore, retiringSystem } from "./retiring.ts";

const names = z.array(z.string()).default([]);

/**
 * Takes a system off a stage, or one store off a system that declares it no more, with what it holds. Until a preview has shown that it goes, nothing
 * is written; what was interrupted can be repeated.
 */
export async function retire(
  request: Request,
  stage: Stage,
  run: Run,
  systems: readonly System[],
  terminal: Terminal,
): Promise<number> {
  const { subject = "", target, emptyBuckets: mayEmpty } = request;
  const config = await configOf(stage, run);
  const listed = names.parse(config("lockstep:systems"));
  const retired = names.parse(config("lockstep:retired"));
  const known = (await stateOf(stage, run)) ?? [];
  const args = { subject, stage, listed, retired, known, systems };
  const retiring = subject.includes("/") ? retiringStore(args) : retiringSystem(args);
  const { going, lists } = retiring;
  if (going.length === 0 && retired.includes(subject)) {
    process.stdout.write(`${subject} is gone from ${stage.name} already\n`);
    return 0;
  }
  if (going.length === 0 && subject.includes("/")) throw notThere(args);
  const kept = going.filter(({ protect }) => protect);
  refuseWithoutApproval(kept, config("lockstep:approvals"), subject, stage);
  const buckets = going.filter(({ type, protect }) => type.endsWith(":R2Bucket") && !protect);
  if (!mayEmpty) await refuseFullBuckets(stage, run, buckets);
  return withoutProtection(kept, stage, run, async () => {
    const shown = await withConfigCopy(stage, target, run, async (file) => {
      await setConfig(stage, lists, run, file);
      return pulumi(["preview", "--stack", stage.name, "--config-file", file], run);
    });
    if (shown !== 0) {
      process.stderr.write(`${subject} does not go yet, for what is said above; nothing was changed\n`);
      return shown;
    }
    if (!(await agrees(retiring, request, stage, terminal))) return 1;
    if (mayEmpty) await emptyBuckets(stage, run, buckets);
    await setConfig(stage, lists, run);
    const code = await pulumi(["up", "--stack", stage.name, "--yes", "--skip-preview"], run);
    if (code === 0) tellKept(kept, stage);
    return code;
  });
}

/** What a protected stage gives away somebody has approved of, store by store. */
function refuseWithoutApproval(
  kept: readonly ExportedResource[],
  configured: unknown,
  subject: string,
  stage: Stage,
): void {
  const parsed = z.array(approval).safeParse(configured ?? []);
  if (!parsed.success)
    throw new UserError({
      what: "The approvals of the stack file cannot be used; nothing was changed",
      where: `Pulumi.${stage.name}.yaml, lockstep:approvals`,
      got: z.prettifyError(parsed.error).replaceAll("\n", " "),
      expected: "a list of resource, digest, reason, by and until, each filled in",
      fix: "mend the entry that is named, or take it out",
    });
  const approved = parsed.data;
  const today = new Date().toISOString().slice(0, 10);
  refuse(expiredApprovals(approved, stage.name, today));
  const wanted = retirements(stage.name, kept).map((change) => ({
    resource: change.resource,
    digest: digestOfChange(change),
  }));
  const open = wanted.filter(
    ({ digest, resource }) => !approved.some((each) => each.digest === digest && each.resource === resource),
  );
  if (open.length === 0) return;
  const others = approved.filter(({ resource }) => open.some((each) => each.resource === resource));
  throw new UserError({
    what: `${subject} is protected in ${stage.name}, and nobody has approved of retiring it; nothing was changed`,
    where: `Pulumi.${stage.name}.yaml, lockstep:approvals`,
    got: `no approval for ${open.map(({ resource }) => resource).join(", ")}${others.map(({ by, digest = "without a digest" }) => `; the one by ${by} is for something else (${digest})`).join("")}`,
    expected: "an approval for each of them: they stay at Cloudflare, and the stack forgets them",
    fix: sentence`leave them; or have it approved: ${approvedBy(open, stage.name)}\nthen ${command("retire", { system: subject, stage: stage.name })}`,
  });
}

/** Lets work be done while resources are not protected; where it fails, they are again what they were. */
async function withoutProtection(
  kept: readonly ExportedResource[],
  stage: Stage,
  run: Run,
  work: () => Promise<number>,
): Promise<number> {
  const urns = kept.map(({ urn }) => urn);
  const set = async (word: "protect" | "unprotect", urn: string): Promise<unknown> =>
    pulumiText(["state", word, urn, "--stack", stage.name, "--yes"], run);
  for (const urn of urns) await set("unprotect", urn);
  let code = 1;
  try {
    code = await work();
    return code;
  } finally {
    if (code !== 0) {
      const left = ((await stateOf(stage, run)) ?? []).map(({ urn }) => urn);
      for (const urn of urns.filter((each) => left.includes(each))) await set("protect", urn);
    }
  }
}

/** A stage that asks was asked for its name already; at a terminal the others are asked here, below what the preview shows. */
async function agrees(
  { subject, going }: Retiring,
  { yes }: Request,
  stage: Stage,
  { interactive, ask }: Terminal,
): Promise<boolean> {
  if (yes !== undefined || stage.asksBeforeChange || !interactive) return true;
  const stores = going.filter(holdsData).length;
  const answer = await ask(
    `\nRetire ${subject} from ${stage.name}, ${stores} stores with what they hold? (y/N) `,
  );
  return /^y(es)?$/i.test(answer.trim());
}

function tellKept(kept: readonly ExportedResource[], stage: Stage): void {
  if (kept.length === 0) return;
  const named = kept.map(({ name, type }) => `${name} (${type.split(":").at(-1)})`).join(", ");
  process.stdout.write(
    `The stack of ${stage.name} has forgotten ${named}. Protected data is never deleted: it is still at Cloudflare, where a person may delete it\n`,
  );
}
