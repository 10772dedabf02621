import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { connection } from "../../../src/cloudflare/connection.ts";
import { command, type Part, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { writeWhole } from "../../../src/files/write-whole.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type Switched, switchedKey, switchedShape } from "../../../src/project/switched.ts";
import { stageTarget } from "../account.ts";
import { pulumi, pulumiText, type Run } from "../engine/pulumi.ts";
import { refuseLocked } from "../lock/lock.ts";
import { applyPlan } from "../plan/apply-plan.ts";
import { inPrivateFolder, makePlan } from "../plan/make-plan.ts";
import type { TargetName } from "../request.ts";
import { configOf, setConfig } from "../stage-config.ts";
import { withSwitchings, withSwitchingsBack } from "./edit-state.ts";
import { type Begun, noteBegun, noteEnded, switchFolder } from "./journal.ts";
import { beyondSwitch, type Following } from "./permitted.ts";
import { factsOf } from "./store-facts.ts";
import { labelOf } from "./switching.ts";

/** Where stores are switched. */
export interface SwitchPlace {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly run: Run;
  /** What changes with the stores, and nothing else may. */
  readonly following: Following;
  /** Where the engine's output goes. @default - to this process's standard output */
  readonly out?: Writable;
  /** Once the bindings are deployed, before it is forgotten that the switch was begun: a kill in between does it again. */
  readonly deployed?: () => void;
  readonly say: (text: Sentence) => void;
}

/** What a stage's stack file says was switched in it. */
export const switchedIn = async (stage: Stage, run: Run): Promise<Switched> =>
  switchedShape.parse((await configOf(stage, run))(switchedKey) ?? {});

/**
 * Puts stores that are filled and compared into the place of those that serve, in one deployment: the stack file says which serve, the state has them,
 * and an `up` of a plan that was looked through changes the bindings. Whatever ended it anywhere, done again it goes on. Those that served before
 * stay, and stand in the stack file as kept. Gives the exit code of the `up`.
 */
export async function switchStores(begun: Begun, place: SwitchPlace): Promise<number> {
  const { stage, target, run } = place;
  refuseLocked(stage, run);
  const folder = switchFolder(run.root, target, stage.name);
  noteBegun(folder, begun);
  await writeDown(begun, place);
  await moveState(begun, place, folder);
  const code = await deployBindings(begun, place, folder);
  if (code !== 0) return code;
  place.deployed?.();
  noteEnded(folder);
  return 0;
}

/** In the stack file, before the state: between the two every run is refused. */
const writeDown = (
  { stores, before, from, by, at, verb }: Begun,
  { stage, run }: SwitchPlace,
): Promise<void> => {
  const entries = stores.map((each) => {
    const label = labelOf(each);
    const known = before[label];
    const kept = (known?.kept ?? []).filter(({ id }) => id !== each.to.id && id !== each.from.id);
    return [label, { ...each.to, verb, from, by, at, kept: [...kept, { ...each.from, until: at }] }] as const;
  });
  return setConfig(stage, { [switchedKey]: { ...before, ...Object.fromEntries(entries) } }, run);
};

/** In the state, through the engine's own export and import; what it was before stays in a file. */
async function moveState(begun: Begun, { stage, run }: SwitchPlace, folder: string): Promise<void> {
  const account = { connection: connection(run.env, run.root), ...accountOf(stage, run) };
  const facts = await Promise.all(
    begun.stores.map(async (each) => ({ ...each, facts: await factsOf(each, account) })),
  );
  await editState(stage, run, (state, text) => {
    const before = stateBefore(folder, begun);
    if (!existsSync(before)) writeWhole(before, text, 0o600);
    return withSwitchings(state, facts);
  });
}

/** Where the state as it was before a switch stays. */
const stateBefore = (folder: string, { at }: Begun): string =>
  join(folder, `state-before-${at.replaceAll(":", "")}.json`);

/** The engine checks what it takes in, and holds the stack's lock over it. */
async function editState(
  stage: Stage,
  run: Run,
  edit: (state: unknown, text: string) => unknown,
): Promise<void> {
  const text = await pulumiText(["stack", "export", "--stack", stage.name], run);
  const edited = JSON.stringify(edit(JSON.parse(text), text));
  if (edited === JSON.stringify(JSON.parse(text))) return;
  await inPrivateFolder(async (own) => {
    const file = join(own, "state.json");
    writeFileSync(file, edited, { mode: 0o600 });
    await pulumiText(["stack", "import", "--stack", stage.name, "--file", file], run);
  });
}

const accountOf = (stage: Stage, { env, root }: Run): { readonly accountId: string } => ({
  accountId: stageTarget(stage, env, root).accountId,
});

/** Looks through the plan, and applies exactly it; where it does more than follow from the switch, all is put back. */
const deployBindings = (begun: Begun, place: SwitchPlace, folder: string): Promise<number> =>
  inPrivateFolder(async (own) => {
    const { stage, run, following, say } = place;
    const file = join(own, "plan.json");
    const preview = ["preview", "--stack", stage.name];
    say("Looking through what the deployment of the bindings would change …");
    const plan = await makePlan(preview, file, run);
    if (plan === undefined) await pulumi(preview, run, undefined, place.out === undefined ? "inherit" : 2);
    const beyond = plan === undefined ? undefined : beyondSwitch(plan, following);
    if (beyond?.length === 0) {
      const code = await applyPlan(stage, file, [], run, place.out);
      if (code !== 0) say(unfinished(begun));
      return code;
    }
    await putBack(begun, place, folder);
    throw beyond === undefined ? noPlan(stage) : doesMore(begun, stage, beyond);
  });

async function putBack(begun: Begun, place: SwitchPlace, folder: string): Promise<void> {
  // What was there before may be gone from the account: the state itself knows what it had of it.
  const before: unknown = JSON.parse(readFileSync(stateBefore(folder, begun), "utf8"));
  await editState(place.stage, place.run, (state) => withSwitchingsBack(state, before, begun.stores));
  await setConfig(place.stage, { [switchedKey]: begun.before }, place.run);
  noteEnded(folder);
}

const unfinished = (begun: Begun): Sentence =>
  sentence`The switch is not finished: the stack file and the state have it, the workers not all. Go on with it: ${again(begun)}`;

/** What goes on with a switch. */
export function again({ verb, stores, undo }: Pick<Begun, "verb" | "stores" | "undo">): Part {
  switch (verb) {
    case "restore":
      return command("restore", { undo });
    case "reindex":
      return command("reindex", { index: stores[0]?.resource ?? "", undo });
  }
}

const doesMore = ({ verb }: Begun, { name }: Stage, beyond: readonly string[]): UserError =>
  new UserError({
    what: `With the switch other things of ${name} would be deployed, so nothing was switched; what was filled stays beside`,
    where: `the plan of ${name}`,
    got: beyond.join("\n"),
    expected:
      verb === "reindex"
        ? "new bindings and new code of the workers that use the index, and nothing else"
        : "new bindings of the workers that use what is switched, and nothing else",
    fix: sentence`deploy those first (${command("up")}), or go back to the files that serve; then do this again: what is filled already is not filled twice`,
  });

const noPlan = ({ name }: Stage): UserError =>
  new UserError({
    what: `The deployment of the bindings of ${name} cannot be planned, so nothing was switched; what was filled stays beside`,
    where: `the preview of ${name}`,
    got: "what the engine says above",
    expected: "a preview that goes through",
    fix: "mend what it names, then do this again: what is filled already is not filled twice",
  });
