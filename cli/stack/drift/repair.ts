import { ApiError, call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import type { CommandPlace } from "../../../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Finding } from "../../../src/reality/finding.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { shellQuote } from "../../../toolchain/launchers/shell-quote.ts";
import { confirm, type Terminal } from "../confirm.ts";
import type { Run } from "../engine/pulumi.ts";
import { refuseLocked } from "../lock/lock.ts";
import { fingerprintOf } from "../plan/fingerprint.ts";
import { checkWritable, leastDigits } from "../plan/saved-plan.ts";
import type { Request } from "../request.ts";
import { stackFileOf } from "../stack-file.ts";
import { stateOf } from "../state.ts";
import { applyEnginePlan, enginePart } from "./engine-part.ts";
import { type RepairItem, repairItems } from "./repair-items.ts";
import { repairText } from "./repair-text.ts";
import { plannedFrom, type RepairPlan, savedRepair, saveRepair, unplannedRepair } from "./saved-repair.ts";

/** What a stage's stack was found to be. */
export interface Looked {
  readonly findings: readonly Finding[];
  readonly state: readonly ExportedResource[];
  readonly api: Connection;
  readonly place: CommandPlace;
}

/**
 * Puts back what was changed by hand, as it was shown and agreed to; or saves what it would do. Tells whether it did anything: then it has to be
 * looked again.
 */
export async function repair(
  request: Request,
  stage: Stage,
  run: Run,
  terminal: Terminal,
  looked: Looked,
): Promise<"repaired" | "failed" | "saved" | "nothing"> {
  const madeFrom = (state: readonly ExportedResource[]): string =>
    plannedFrom(fingerprintOf(run.root, stackFileOf(stage, request.target, run.root)), state);
  const from = madeFrom(looked.state);
  if (request.plan !== undefined)
    return carriedOut(savedRepair(request.plan, request.confirm, from, stage), stage, run, looked.api);
  const { items, plan } = await planned(looked, stage, run);
  process.stdout.write(repairText(stage.name, items, looked.place));
  if (plan === undefined) return "nothing";
  if (request.savePlan !== undefined) {
    checkWritable(request.savePlan, stage);
    const digest = saveRepair(request.savePlan, plan, from);
    process.stdout.write(`\n${toldSaved(request.savePlan, digest, stage, looked.place)}`);
    return "saved";
  }
  await agreed(request, stage, terminal);
  if (madeFrom((await stateOf(stage, run)) ?? []) !== from) throw changedMeanwhile(stage);
  return carriedOut(plan, stage, run, looked.api);
}

/** The items as they are carried out: what the engine would do more to than put back becomes a person's. */
async function planned(
  { findings, state }: Looked,
  stage: Stage,
  run: Run,
): Promise<{ readonly items: readonly RepairItem[]; readonly plan: RepairPlan | undefined }> {
  const all = repairItems(findings, state);
  const wanted = [...new Set(all.flatMap(({ way }) => (way.kind === "engine" ? [way.urn] : [])))];
  const { plan: engine, urns, beyond } = await enginePart(wanted, state, stage, run);
  const items = all.map((item) =>
    item.way.kind === "engine" && beyond.has(item.way.urn)
      ? declaredOtherwise(item, beyond.get(item.way.urn) ?? [])
      : item,
  );
  const calls = items.flatMap(({ way }) => (way.kind === "call" ? [way.repair] : []));
  const isAny = calls.length > 0 || engine !== undefined;
  return { items, plan: isAny ? { stage: stage.name, calls, urns, engine } : undefined };
}

const declaredOtherwise = ({ finding }: RepairItem, lines: readonly string[]): RepairItem => ({
  finding: {
    ...finding,
    fix: sentence`it is declared otherwise since the stack was left (${lines.join("; ")}), so ${command("preview")}, then ${command("up")}`,
  },
  way: { kind: "person" },
});

async function agreed({ yes }: Request, stage: Stage, terminal: Terminal): Promise<void> {
  if (stage.asksBeforeChange && !terminal.interactive) throw unplannedRepair(stage);
  await confirm(stage, "Repair", yes, terminal);
  if (stage.asksBeforeChange || yes !== undefined) return;
  const said = (await terminal.ask(`\nPut this back in ${stage.name}? [y/N] `)).trim().toLowerCase();
  if (said !== "y" && said !== "yes")
    throw new UserError({
      what: `Repair ${stage.name} was not confirmed; nothing was changed`,
      where: `stage ${stage.name}`,
      got: said === "" ? "nothing" : said,
      expected: "y",
      fix: "run it again, and answer y",
    });
}

/** The engine first: it compares with what is there, calls do not. A part that fails keeps no other from being done. */
async function carriedOut(
  { calls, urns, engine }: RepairPlan,
  stage: Stage,
  run: Run,
  api: Connection,
): Promise<"repaired" | "failed"> {
  refuseLocked(stage, run);
  const code = engine === undefined ? 0 : await applyEnginePlan(engine, urns, stage, run);
  // An up that has begun meanwhile is not to be undone by what was recorded before it.
  try {
    refuseLocked(stage, run);
  } catch (error) {
    if (engine !== undefined && code === 0)
      process.stdout.write("Only the engine's part of this repair is done; run it again for the rest\n");
    throw error;
  }
  let failed = code !== 0;
  for (const { of, method, path, body } of calls) {
    try {
      await call(api, method, path, body);
      process.stdout.write(`✓ ${of}\n`);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof UserError)) throw error;
      process.stdout.write(`✗ ${of}: ${error.message}\n`);
      failed = true;
    }
  }
  return failed ? "failed" : "repaired";
}

function toldSaved(file: string, digest: string, stage: Stage, place: CommandPlace): string {
  const target = place.real ? " --target cloudflare" : "";
  const words = `${stage.name} --repair${target} --plan ${shellQuote(file)} --confirm ${digest.slice(0, leastDigits)}${stage.asksBeforeChange ? "" : " --yes"}`;
  return `The repair is in ${file}; its digest is ${digest}\n${inPlace(sentence`It is done exactly so by: ${named("drift", words)}`, place)}\n`;
}

const changedMeanwhile = (stage: Stage): UserError =>
  new UserError({
    what: `Repair ${stage.name}: the project, its configuration or the stack was changed while the question stood; nothing was changed`,
    where: `stage ${stage.name}`,
    got: "another stack or other files than the repair was planned from",
    expected: "both as they were when it was shown",
    fix: "run it again, and look at what it shows",
  });
