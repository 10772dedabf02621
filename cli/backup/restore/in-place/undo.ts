import { objectsOf } from "../../../../src/backup/objects/since.ts";
import { stateOf } from "../../../../src/backup/vectors/vectors.ts";
import { placeOfTarget } from "../../../../src/diagnostic/place.ts";
import { command, inPlace, type Sentence, sentence } from "../../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../../src/diagnostic/user-error.ts";
import type { Switched } from "../../../../src/project/switched.ts";
import { agree } from "../../../db/agree.ts";
import type { ProjectPlace } from "../../../place.ts";
import { actor } from "../../../stack/actor.ts";
import { begunIn } from "../../../stack/switch/journal.ts";
import { refuseRolledOut } from "../../../stack/switch/rolled-out.ts";
import { switchedIn } from "../../../stack/switch/switch.ts";
import { type Switching, switchedKinds, switchingOf } from "../../../stack/switch/switching.ts";
import type { Request } from "../../request.ts";
import type { Site } from "../../site.ts";
import { declaredIn, followingOf } from "../places.ts";
import { type At, prepared, say } from "../prepared.ts";
import { betweenLines, bookmarkIn, objectLines } from "../told.ts";
import { finish } from "./finish.ts";
import { goOn } from "./switch-over.ts";
import { isThere } from "./there.ts";

/** Lets those serve again that served before the last restore, also one that was not finished. A switch back that was not finished is gone on with: typed again, the command means the same. */
export const switchBack = (request: Request, place: ProjectPlace): Promise<number> =>
  prepared(request, place, async (at) => {
    const { stage } = request;
    const begun = begunIn(at.folder);
    if (begun?.undo === true) return goOn(begun, at);
    const switched = await switchedIn(stage, at.run);
    const back = begun?.stores.map(({ kind, resource, from, to }) => ({
      ...{ kind, resource },
      ...{ from: to, to: from },
    }));
    const stores = (back ?? lastOf(switched)).map((each) => {
      const declared = declaredIn(at.systems, { kind: each.kind, key: each.resource });
      return declared === undefined ? each : switchingOf(declared, stage.name, each);
    });
    const indexes = begun === undefined ? reindexed(switched) : [];
    if (stores.length === 0) throw nothingKept(stage.name, indexes);
    const said = placeOfTarget(stage.name, request.target, place.root);
    for (const index of indexes) say(inPlace(reindexedText(index, stage.name), said));
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
      if (!(await isThere(each, each.to, at.site))) throw gone(each, stage.name);
      say(`${each.resource}: ${each.to.name} in the place of ${each.from.name}`);
      if (await isThere(each, each.from, at.site)) await show(each, asked, at);
      else say(`  ${each.from.name} is there no more`);
    }
    await agree(stage, "Switch back in", { text: () => request.yes });
    return finish(
      {
        verb: "restore",
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

async function show(of: Switching, asked: Map<string, string>, { site }: At): Promise<void> {
  const lines = await only(of, asked, site);
  say(`  what serves now has, and is without then:${lines.length === 0 ? " nothing" : ""}`);
  for (const line of lines) say(`    ${line}`);
}

async function only(
  { kind, resource, from, to, jurisdiction = "default" }: Switching,
  asked: Map<string, string>,
  site: Site,
): Promise<readonly string[]> {
  switch (kind) {
    case "d1":
      asked.set(resource, await bookmarkIn(site, resource, from.id));
      return betweenLines(site, resource, from.id, to.id);
    case "r2": {
      const before = objectsOf(site, { name: to.name, jurisdiction });
      return objectLines(site, resource, { name: from.name, jurisdiction }, before);
    }
    case "vectorize": {
      const [now, then] = await Promise.all([stateOf(site, from.name), stateOf(site, to.name)]);
      return [`${now.count} vectors, where there are ${then.count} then; which are others is not counted`];
    }
    case "kv":
      return ["keys, which are not counted"];
  }
}

/** The stores of the newest restore, back to what served before it. */
export function lastOf(switched: Switched): readonly Switching[] {
  const restored = Object.entries(switched).filter(([, { verb }]) => verb === "restore");
  const newest = restored
    .map(([, { at }]) => at)
    .toSorted()
    .at(-1);
  return restored.flatMap(([label, { name, id, at, kept }]): Switching[] => {
    const last = kept.at(-1);
    const [word = "", ...resource] = label.split(" ");
    const kind = switchedKinds.find((each) => each === word);
    return at !== newest || last === undefined || kind === undefined
      ? []
      : [{ kind, resource: resource.join(" "), from: { name, id }, to: { name: last.name, id: last.id } }];
  });
}

/** The indexes that were filled anew: only `reindex` knows whether the code that asks them has the model of the one before, and which rows that one lacks. */
export const reindexed = (switched: Switched): readonly string[] =>
  Object.entries(switched).flatMap(([label, { verb, kept }]) =>
    verb === "reindex" && kept.length > 0 ? [label.slice(label.indexOf(" ") + 1)] : [],
  );

const reindexedText = (index: string, stage: string): Sentence =>
  sentence`${index} stays as it is: it was filled anew, and goes back by ${command("reindex", { stage, index, undo: true })}`;

const gone = ({ resource, to }: Switching, stage: string): UserError =>
  new UserError({
    what: `What ${resource} was before is there no more, so nothing was switched back`,
    where: `stage ${stage}`,
    got: `no ${to.name} with the id ${to.id}`,
    expected: "the store that was kept",
    fix: "restore a backup instead",
  });

export const nothingKept = (stage: string, [index]: readonly string[]): UserError =>
  new UserError({
    what: "There is nothing to switch back to; nothing was changed",
    where: `lockstep:switched of stack ${stage}`,
    got: "no store that served before another one was restored",
    expected: "a stage in which stores were switched",
    fix:
      index === undefined
        ? "name another stage"
        : sentence`an index that was filled anew goes back by ${command("reindex", { stage, index, undo: true })}`,
  });
