import { basename } from "node:path";
import { openBackup } from "../../../../src/backup/store/open.ts";
import { UserError } from "../../../../src/diagnostic/user-error.ts";
import { agree } from "../../../db/agree.ts";
import type { ProjectPlace } from "../../../place.ts";
import { actor } from "../../../stack/actor.ts";
import { stateOf } from "../../../stack/state.ts";
import { type Begun, begunIn } from "../../../stack/switch/journal.ts";
import { refuseRolledOut } from "../../../stack/switch/rolled-out.ts";
import { switchedIn } from "../../../stack/switch/switch.ts";
import { type Switching, switchingOf } from "../../../stack/switch/switching.ts";
import { chosenBackup } from "../../chosen.ts";
import { broughtHere, depotFor } from "../../depot.ts";
import { identityFrom } from "../../keys/identity.ts";
import type { Request } from "../../request.ts";
import { followingOf, placesOf } from "../places.ts";
import { type At, prepared, say } from "../prepared.ts";
import { filledNew } from "./fill-new.ts";
import { finish } from "./finish.ts";
import { show } from "./show.ts";

/** Restores a backup into new stores, and puts those into the place of the ones that serve; where an earlier run ended in the switch, goes on with that. */
export const restoreAndSwitch = (request: Request, place: ProjectPlace): Promise<number> =>
  prepared(request, place, async (at) => {
    const begun = begunIn(at.folder);
    return begun === undefined ? fromBackup(at) : goOn(begun, at);
  });

/** Ends a switch that an earlier run began, in the direction in which that one went. */
export async function goOn(begun: Begun, at: At): Promise<number> {
  const { stage, yes } = at.request;
  say(
    `A switch of ${stage.name} to ${begun.from} was begun by ${begun.by} at ${begun.at} and not finished; this goes on with it:`,
  );
  for (const { resource, from, to } of begun.stores)
    say(`  ${resource}: ${to.name} in the place of ${from.name}`);
  await agree(stage, "Finish that switch in", { text: () => yes });
  const code = await finish(begun, new Map(), at);
  if (code !== 0 || isAsked(begun, at.request)) return code;
  say("\nThat was the switch begun before. What was asked for now was not done: type it again");
  return 1;
}

/** Whether a command means what an earlier one began: of a restore that names no backup that is its own, whatever is the newest by now. */
export const isAsked = (
  { undo, from }: Pick<Begun, "undo" | "from">,
  asked: Pick<Request, "undo" | "from">,
): boolean =>
  undo === asked.undo && (undo || asked.from === undefined || from === `backup ${basename(asked.from)}`);

async function fromBackup(at: At): Promise<number> {
  const { request, place, run, systems } = at;
  const { stage } = request;
  const depot = await depotFor(request, place.root);
  const read = chosenBackup(request, depot.folder, place);
  for (const line of read.told) say(line);
  await broughtHere(depot, read);
  const backup = await openBackup(read, identityFrom(request.identity, place.folder, stage.name));
  const switched = await switchedIn(stage, run);
  const state = (await stateOf(stage, run)) ?? [];
  const found = placesOf(backup, { stage, systems, state, switched });
  const { places, undeclared } = found;
  if (places.length === 0) throw nothingDeclared(stage.name, undeclared);
  await refuseRolledOut(
    stage,
    run,
    followingOf(
      systems,
      places.map(({ key }) => key),
    ).workers,
  );
  const asked = await show(backup, found, at);
  await agree(stage, `Put backup ${read.head.name} into the place of what serves in`, {
    text: () => request.yes,
  });
  const stores: Switching[] = [];
  for (const each of places) {
    const id = await filledNew(backup, each, at);
    if (id === undefined) {
      say(`\nNothing was switched: ${each.key} is not what the backup has. What serves is as it was.`);
      return 1;
    }
    const to = { id, name: each.name };
    stores.push(switchingOf(each.declared, stage.name, { resource: each.key, from: each.from, to }));
  }
  return finish(
    {
      verb: "restore",
      from: `backup ${read.head.name}`,
      undo: false,
      by: actor(),
      at: new Date().toISOString(),
      stores,
      before: switched,
    },
    asked,
    at,
  );
}

const nothingDeclared = (stage: string, undeclared: readonly string[]): UserError =>
  new UserError({
    what: `Nothing in this backup is anything that ${stage} declares; nothing was made`,
    where: `stage ${stage}`,
    got: undeclared.join(", ") || "an empty backup",
    expected: "a database, a namespace, a bucket or an index of one of its systems",
    fix: "--into new restores it beside, under a name of its own",
  });
