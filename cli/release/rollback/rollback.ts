// `lockstep rollback <stage> [<version>]`: lets an earlier version answer everything again, at once.
import { z } from "zod";
import { approval } from "../../../src/approvals/approval.ts";
import { connection } from "../../../src/cloudflare/connection.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { inPlace, type Sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse, refusingAt } from "../../../src/diagnostic/user-error.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { releasesFolder, underWay } from "../../../src/release/journal/under-way.ts";
import { agentHere, leaveToPerson } from "../../../src/settings/agent.ts";
import { agree } from "../../db/agree.ts";
import type { Site } from "../../db/site.ts";
import { type Place, projectAt } from "../../place.ts";
import { stageTarget } from "../../stack/account.ts";
import { actor } from "../../stack/actor.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import { takeLock } from "../../stack/lock/driver-lock.ts";
import { refuseLocked } from "../../stack/lock/lock.ts";
import { configOf } from "../../stack/stage-config.ts";
import { stateOf } from "../../stack/state.ts";
import { releaseIn } from "../state-note.ts";
import { listedSystems } from "../systems.ts";
import { refuseUnapproved } from "./approved.ts";
import { goBack, type Serve } from "./deployments.ts";
import { goalsOf } from "./goal.ts";
import { noteFile, type RollbackNote, readNote, writeNote } from "./journal.ts";
import { goalsIn, noteOf, reversed } from "./note.ts";
import { notChosen, offerLines, offersOf } from "./offer.ts";
import { fitLine, isBroken, openings, pairsOf, secretsLines } from "./pair.ts";
import { putBack } from "./put-back.ts";
import { besideAnother, driven, notBegun, notNeeded, otherwise, stillBroken, undoText } from "./refusals.ts";
import { type Request, requestOf } from "./request.ts";
import { refuseStale, undoLines } from "./undo.ts";
import { refuseUnusable, versionOf } from "./version.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What a rollback works with. */
interface Work extends Serve {
  readonly request: Request;
  readonly site: Site;
  readonly begunMs: number;
  readonly note: string;
  readonly told: (said: Sentence) => void;
}

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target } = request;
  const said = placeOfTarget(stage.name, target, root);
  return refusingAt(said, async () => {
    if (stage.asksBeforeChange) leaveToPerson(`A rollback of ${stage.name}`, stage, await agentHere());
    const begunMs = Date.now();
    const run = { root, env: await environmentFor(target, stage, root) };
    refuseLocked(stage, run);
    const folder = releasesFolder(root, target, stage.name);
    const under = underWay(folder)?.progress;
    if (under !== undefined) throw besideAnother(under, stage);
    const lock = takeLock(folder, `a rollback by ${actor()}, process ${process.pid}`);
    if ("heldBy" in lock) throw driven(lock.heldBy, stage);
    try {
      const state = (await stateOf(stage, run)) ?? [];
      const inState = releaseIn(state);
      if (inState !== undefined) throw besideAnother(inState, stage);
      const systems = await listedSystems(stage, run, project.systems);
      const { accountId } = stageTarget(stage, run.env, root);
      const site: Site = { stage, target, accountId, connection: connection(run.env, root) };
      const work: Work = {
        ...{ request, site, begunMs, stage, run, state, systems },
        note: noteFile(root, target, stage.name),
        told: (each) => say(inPlace(each, said)),
      };
      return await rolledBack(work, folder);
    } finally {
      lock.release();
    }
  });
}

async function rolledBack(work: Work, folder: string): Promise<number> {
  const { request, stage } = work;
  const noted = readNote(work.note);
  if (request.undo) {
    if (noted?.undo === true && !noted.ended)
      return begin(noted, work, "Go on with taking back the rollback of");
    if (noted === undefined || noted.undo) throw notBegun(stage, work.note);
    await refuseStale(noted, work.site, work);
    for (const line of await undoLines(noted, work.site)) say(line);
    return begin(await reversed(noted, work.site), work, "Take back the rollback of");
  }
  // One of code alone has nothing to go on with: it is begun anew.
  const open = noted?.ended === false && noted.databases.length > 0 ? noted : undefined;
  if (open !== undefined) {
    if (open.undo || open.version !== (request.version ?? null) || !request.toBookmark)
      throw otherwise(open, stage);
    return begin(open, work, "Go on with the rollback of");
  }
  return fresh(work, folder);
}

async function fresh(work: Work, folder: string): Promise<number> {
  const { request, site, stage, run, systems } = work;
  const { accountId, connection: api } = site;
  const goals = await goalsOf({ api, accountId, stage, systems, folder }, request.version);
  const olds = new Map(
    await Promise.all(goals.map(async (goal) => [goal, await versionOf(goal, site)] as const)),
  );
  await refuseUnusable(goals, olds, site);
  const config = await configOf(stage, run);
  const contracts = openings.parse(config("lockstep:contracts"));
  const pairs = await pairsOf(olds, site, contracts, run.root);
  for (const pair of pairs) if (!isBroken(pair)) say(fitLine(pair));
  const offers = await offersOf(pairs, site);
  for (const offer of offers) for (const line of offerLines(offer)) say(line);
  if (offers.length > 0 && !request.toBookmark) refuse(notChosen(pairs, stage, request.version));
  if (offers.length === 0 && request.toBookmark) throw notNeeded(stage, request.version);
  const approvals = z.array(approval).safeParse(config("lockstep:approvals") ?? []);
  const losses = offers.map(({ pairs: [{ key, job }], way }) => ({
    ...{ key, files: readFolder(job.directory), first: way.undone[0].name },
  }));
  refuseUnapproved(losses, stage, approvals.success ? approvals.data : []);
  for (const line of secretsLines(olds)) say(line);
  return begin(noteOf(goals, offers, contracts, request), work, "Roll back");
}

async function begin(note: RollbackNote, work: Work, change: string): Promise<number> {
  const { stage, request } = work;
  for (const { label, from, to } of note.goals) say(`${label}: ${from.slice(0, 8)} → ${to.slice(0, 8)}`);
  for (const { key, bookmark } of note.databases)
    say(`${key}: back to ${bookmark}; what was written since then is lost`);
  await agree(stage, change, { text: () => request.yes });
  return goOn(writeNote(work.note, note), work);
}

/**
 * The databases first, then the code. The other way round, what the old code writes meanwhile would be confirmed to its users and lost a moment
 * later; so, the new code fails for seconds on a schema that it does not know, and whatever it is told was written stays written.
 */
async function goOn(begun: RollbackNote, work: Work): Promise<number> {
  const { stage, site, told, begunMs } = work;
  const note = await putBack(work.note, begun, site, say);
  if (note.databases.length > 0 && !note.undo) await checkAgain(note, work);
  const code = await goBack(note, work);
  if (code !== 0) return code;
  writeNote(work.note, { ...note, ended: true });
  const seconds = ((Date.now() - begunMs) / 1000).toFixed(1);
  say(`${note.goals.length === 1 ? "It serves" : "They serve"} again, ${seconds} s after the command`);
  for (const line of undoText(note, stage)) told(line);
  return 0;
}

/** The files of the folder said that it would fit; the database itself has the last word. */
async function checkAgain(note: RollbackNote, { site, run, systems, stage }: Work): Promise<void> {
  const goals = goalsIn(note, systems, stage);
  const olds = new Map(
    await Promise.all(goals.map(async (goal) => [goal, await versionOf(goal, site)] as const)),
  );
  const pairs = await pairsOf(olds, site, openings.parse(note.contracts?.before ?? {}), run.root);
  const broken = pairs.filter(isBroken);
  if (broken.length > 0) throw stillBroken(broken, stage);
}
