// `lockstep checklist <stage>`: what a rollout goes through, each item ticked by a check that ran now, or signed by a person.
import { createHash } from "node:crypto";
import { relative } from "node:path";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { refusingAt } from "../../src/diagnostic/user-error.ts";
import { agentHere, leaveToPerson } from "../../src/settings/agent.ts";
import { type Place, projectAt } from "../place.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import { fingerprintOf } from "../stack/plan/fingerprint.ts";
import { stackFileOf } from "../stack/stack-file.ts";
import { type FactsOfStage, factsOf, type Subject } from "./facts.ts";
import { type ChecklistRequest, requestOf } from "./request.ts";
import { sign, signaturesFile, signaturesIn } from "./signatures.ts";
import { asMarkdown, asText } from "./text.ts";
import { checksOf, type Releases, type Ticked, ticked } from "./ticked.ts";

/** The exit code of a list on which something is open or failed. */
const open = 2;

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target } = request;
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    if (request.sign !== undefined)
      leaveToPerson(`The signature of a checklist of ${stage.name}`, stage, await agentHere());
    const path = signaturesFile(root, stage.name, target);
    const before = signaturesIn(path);
    const subject = { project, stage, target, run: { root, env: await environmentFor(target, stage, root) } };
    const now = new Date();
    const facts = factsOf(subject, now);
    const releases = await releasesOf(subject, facts);
    const asked = request.sign === undefined ? request.phases : [request.sign.item.phase];
    if (request.sign !== undefined) {
      const { item, by } = request.sign;
      const checks = checksOf(await ticked(asked, facts, before, releases), item.phase);
      const release = releases[item.phase];
      sign(path, { item: item.id, phase: item.phase, by, at: now.toISOString(), release, checks });
      process.stderr.write(`Signed, and kept in ${relative(root, path)}\n`);
    }
    const all = await ticked(asked, facts, signaturesIn(path), releases);
    process.stdout.write(shown(request, all));
    return all.every(({ state }) => state === "done") ? 0 : open;
  });
}

function shown({ stage, form }: ChecklistRequest, all: readonly Ticked[]): string {
  if (form === "markdown") return asMarkdown(stage.name, all);
  if (form === "text") return asText(stage.name, all);
  const items = all.map(({ id, phase, text, check, state, said }) => ({
    id,
    phase,
    text,
    by: check ?? "person",
    state,
    said,
  }));
  return `${JSON.stringify({ stage: stage.name, items }, null, 2)}\n`;
}

/**
 * What a signature is for. Before a deployment: the files and the configuration that it is made from. Later: what serves, and the migrations that
 * the databases have. What is looked at every week and every month: the week, the month.
 */
async function releasesOf({ stage, target, run: { root } }: Subject, facts: FactsOfStage): Promise<Releases> {
  const found = await facts.up();
  const { versions = {}, databases = {} } = found?.outputs ?? {};
  const applied = Object.entries(databases).map(([name, { lastMigration }]) => [name, lastMigration]);
  const serving = shortDigest(JSON.stringify([Object.entries(versions).sort(), applied.sort()]));
  const files = fingerprintOf(root, stackFileOf(stage, target, root)).slice(0, digits);
  const today = facts.now.toISOString();
  return {
    before: files,
    during: serving,
    after: serving,
    rollback: serving,
    weekly: weekOf(facts.now),
    monthly: today.slice(0, 7),
  };
}

const digits = 16;
const shortDigest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, digits);

/** The Monday that a week begins with: `2026-11-30`. */
function weekOf(now: Date): string {
  const monday = new Date(now);
  monday.setUTCDate(now.getUTCDate() - ((now.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}
