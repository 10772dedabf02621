import { databaseNamed } from "../../../src/backup/databases.ts";
import { namespaces } from "../../../src/backup/kv/namespaces.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Switched } from "../../../src/project/switched.ts";
import { agree } from "../../db/agree.ts";
import type { ProjectPlace } from "../../place.ts";
import { actor } from "../../stack/actor.ts";
import { begunIn } from "../../stack/switch/journal.ts";
import { refuseRolledOut } from "../../stack/switch/rolled-out.ts";
import { switchedIn } from "../../stack/switch/switch.ts";
import { reversed, type Switching, switchedKinds } from "../../stack/switch/switching.ts";
import type { Request } from "../request.ts";
import { finish } from "./finish.ts";
import { followingOf } from "./places.ts";
import { type At, prepared, say } from "./prepared.ts";
import { goOn } from "./switch-over.ts";
import { betweenLines, bookmarkIn } from "./told.ts";

/** Lets those serve again that served before the last switch, also one that was not finished. A switch back that was not finished is gone on with: typed again, the command means the same. */
export const switchBack = (request: Request, place: ProjectPlace): Promise<number> =>
  prepared(request, place, async (at) => {
    const { stage } = request;
    const begun = begunIn(at.folder);
    if (begun?.undo === true) return goOn(begun, at);
    const switched = await switchedIn(stage, at.run);
    const stores = begun?.stores.map(reversed) ?? lastOf(switched);
    if (stores.length === 0) throw nothingKept(stage.name);
    await refuseRolledOut(
      stage,
      at.run,
      followingOf(
        at.systems,
        stores.map(({ resource }) => resource),
      ).workers,
    );
    const asked = new Map<string, string>();
    for (const each of stores) {
      if (!(await isThere(each, at))) throw gone(each, stage.name);
      say(`${each.resource}: ${each.to.name} in the place of ${each.from.name}`);
      if (each.kind === "d1") await show(each, asked, at);
    }
    await agree(stage, "Switch back in", { text: () => request.yes });
    return finish(
      {
        from: "what served before",
        undo: true,
        by: actor(),
        at: new Date().toISOString(),
        stores,
        before: begun?.before ?? switched,
      },
      asked,
      at,
    );
  });

async function show(
  { resource, from, to }: Switching,
  asked: Map<string, string>,
  { site }: At,
): Promise<void> {
  if ((await databaseNamed(site, from.name)) !== from.id) return say(`  ${from.name} is there no more`);
  asked.set(resource, await bookmarkIn(site, resource, from.id));
  const lines = await betweenLines(site, resource, from.id, to.id);
  say(`  what serves now has, and is without then:${lines.length === 0 ? " nothing" : ""}`);
  for (const line of lines) say(`    ${line}`);
}

/** The stores of the newest switch, back to what served before it. */
function lastOf(switched: Switched): readonly Switching[] {
  const newest = Object.values(switched)
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  return Object.entries(switched).flatMap(([label, { name, id, at, kept }]): Switching[] => {
    const last = kept.at(-1);
    const [word = "", ...resource] = label.split(" ");
    const kind = switchedKinds.find((each) => each === word);
    return at !== newest || last === undefined || kind === undefined
      ? []
      : [{ kind, resource: resource.join(" "), from: { name, id }, to: { name: last.name, id: last.id } }];
  });
}

/** An index that is gone is missed by the switch itself. */
const isThere = async ({ kind, to }: Switching, { site }: At): Promise<boolean> =>
  kind === "d1"
    ? (await databaseNamed(site, to.name)) === to.id
    : kind !== "kv" || (await namespaces(site)).get(to.name) === to.id;

const gone = ({ resource, to }: Switching, stage: string): UserError =>
  new UserError({
    what: `What ${resource} was before is there no more, so nothing was switched back`,
    where: `stage ${stage}`,
    got: `no ${to.name} with the id ${to.id}`,
    expected: "the store that was kept",
    fix: "restore a backup instead",
  });

const nothingKept = (stage: string): UserError =>
  new UserError({
    what: "There is nothing to switch back to; nothing was changed",
    where: `lockstep:switched of stack ${stage}`,
    got: "no store that served before another one",
    expected: "a stage in which stores were switched",
    fix: "name another stage",
  });
