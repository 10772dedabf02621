// `lockstep release <stage>`: brings a stage's new versions to people in steps, each held to the gates of its plan.
import { randomBytes } from "node:crypto";
import { check } from "../../src/declare/check/index.ts";
import type { System } from "../../src/declare/index.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { refuse, refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type Progress, progressOf } from "../../src/release/driver/progress.ts";
import { frozenAt } from "../../src/release/freeze/freeze.ts";
import { refuseFrozen } from "../../src/release/freeze/frozen.ts";
import { freezesOf } from "../../src/release/hooks/conduct.ts";
import type { OwnWarmUp } from "../../src/release/journal/entry.ts";
import { type Journal, journalOf } from "../../src/release/journal/journal.ts";
import { releasesFolder, underWay } from "../../src/release/journal/under-way.ts";
import { agentHere, leaveToPerson } from "../../src/settings/agent.ts";
import { type Place, projectAt } from "../place.ts";
import { actor } from "../stack/actor.ts";
import { confirm, terminal } from "../stack/confirm.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { takeLock } from "../stack/lock/driver-lock.ts";
import { readOutputs } from "../stack/outputs/read-outputs.ts";
import { refuseUnasked } from "./beginning/approving.ts";
import { askBrings, type Brings } from "./beginning/ask-brings.ts";
import { refuseUnable, refuseUnready } from "./beginning/beginning.ts";
import { refuseUnknownGate } from "./beginning/skipped-gate.ts";
import { driven } from "./driven.ts";
import { warmUpIn } from "./override/warm-up-file.ts";
import { type Lost, lostRelease } from "./records/take-over.ts";
import {
  alreadyUnderWay,
  noneUnderWay,
  overtaken,
  secondDriver,
  stopped,
  underWayElsewhere,
  warmAlready,
} from "./refusals.ts";
import { type Request, requestOf } from "./request.ts";
import { listedSystems } from "./systems.ts";

/**
 * Exit code 0: finished; 1: refused; 2: went back to the stable version.
 * @param told what it would bring, where that was said already @default - it is asked, and said
 */
export async function run(args: readonly string[], place: Place, told?: Brings): Promise<number> {
  const { root, folder: typedIn, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target } = request;
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    if (stage.asksBeforeChange) leaveToPerson(`A release of ${stage.name}`, stage, await agentHere());
    const env = await environmentFor(target, stage, root);
    const folder = releasesFolder(root, target, stage.name);
    const here = underWay(folder)?.journal;
    if (request.wish === undefined && here !== undefined) throw alreadyUnderWay(here, stage);
    const elsewhere = (): Promise<Lost | undefined> => lostRelease(stage, { root, env }, folder);
    const lost = here !== undefined ? undefined : await elsewhere();
    if (request.wish === undefined && lost !== undefined) throw underWayElsewhere(lost, stage);
    const systems = await listedSystems(stage, { root, env }, project.systems);
    if (here === undefined && lost === undefined)
      await checkBeginning(request, systems, project, { root, env });
    if (here !== undefined) refuseUnasked(request, here);
    const known = lost?.entries ?? here?.entries();
    if (known !== undefined && request.warmUp !== undefined) throw warmAlready(request.warmUp, stage);
    const ownWarmUp = await warmUpOf(request, typedIn, systems, { root, env });
    if (known !== undefined && request.wish === "skip-gate")
      refuseUnknownGate(request.gate, progressOf(known), project.systems);
    const brings =
      known === undefined ? (told ?? (await askBrings(stage, systems, { root, env }))) : undefined;
    // Lines of JSON are for machines; who agrees reads the other stream.
    if (brings !== undefined && told === undefined)
      (request.json ? process.stderr : process.stdout).write(`${brings.text}\n`);
    if (lost !== undefined) process.stderr.write(`${lostText(lost, stage)}\n`);
    await confirm(stage, words[request.wish ?? "begin"], request.yes, terminal);
    const lock = takeLock(folder, `${actor()}, process ${process.pid}, since ${new Date().toISOString()}`);
    if ("heldBy" in lock) return wishOf(request, here, lock.heldBy);
    try {
      // Another driver may have begun one, or ended it, since it was looked for.
      if (underWay(folder)?.journal.file !== here?.file) throw overtaken(stage);
      if (known !== undefined && request.wish !== "abort")
        await goingOn(progressOf(known), systems, stage, { root, env });
      // No driver runs here. One that took the release over elsewhere may have: then what this folder knows is old.
      const taken = request.wish === undefined ? undefined : (lost ?? (await elsewhere()));
      const under = taken === undefined ? underWay(folder)?.journal : taken.takeOver();
      if (request.wish !== undefined && here !== undefined && under === undefined)
        throw noneUnderWay(request.wish, stage);
      const journal = under ?? begin(folder, stage, ownWarmUp, brings?.lines ?? []);
      if (request.wish !== undefined) note(request, journal);
      return await driven(request, journal, { root, env }, systems);
    } finally {
      lock.release();
    }
  });
}

/** A release that is promoted before it has begun is begun in a freeze; without one there is nothing to promote. */
async function checkBeginning(
  { wish, stage }: Request,
  systems: readonly System[],
  { stages }: Project,
  run: Run,
): Promise<void> {
  const isFrozen = frozenAt(freezesOf(systems, stage.name), Date.now()) !== undefined;
  if (wish !== undefined && !(wish === "promote" && isFrozen)) throw noneUnderWay(wish, stage);
  if (wish === undefined) refuseFrozen(systems, stage, "a release", Date.now());
  // The first `up` would refuse it too, and leave a release that somebody has to end.
  refuse(check(systems, stage, { stageNames: stages.map(({ name }) => name), root: run.root }));
  await refuseUnready(systems, stage, run);
}

/** What is refused here ends no release: it waits, and both ways on are told. */
async function goingOn(
  progress: Progress,
  systems: readonly System[],
  stage: Stage,
  run: Run,
): Promise<void> {
  try {
    await refuseUnable(progress, systems, run);
  } catch (error) {
    throw error instanceof UserError ? stopped(error, stage, progress.id) : error;
  }
}

const lostText = ({ id, by }: Lost, { name }: Stage): string =>
  `The journal of release ${id} of ${name} is in the stack's state and not in this folder: ${by} drove it. It is taken over from there; a driver that still runs is shut out.`;

const words = {
  begin: "Release to",
  resume: "Go on with the release of",
  pause: "Pause the release of",
  promote: "Promote the release of",
  abort: "Abort the release of",
  "skip-gate": "Skip a gate of the release of",
  approve: "Open a manual gate of the release of",
} as const;

/** The requests of `--warm-up <file>`, each of a worker that is up. */
async function warmUpOf(
  { stage, warmUp }: Request,
  folder: string,
  systems: readonly System[],
  run: Run,
): Promise<OwnWarmUp | undefined> {
  if (warmUp === undefined) return undefined;
  const urls = (await readOutputs(stage, run))?.urls ?? {};
  return warmUpIn(warmUp, folder, { stage, systems, urls });
}

function begin(
  folder: string,
  stage: Stage,
  ownWarmUp: OwnWarmUp | undefined,
  brings: readonly string[],
): Journal {
  const at = new Date().toISOString();
  const id = `${at.slice(0, 10).replaceAll("-", "")}-${at.slice(11, 19).replaceAll(":", "")}-${randomBytes(2).toString("hex")}`;
  const journal = journalOf(folder, id);
  const more = { ...(ownWarmUp && { ownWarmUp }), ...(brings.length > 0 && { brings }) };
  journal.append({ kind: "begun", at, id, stage: stage.name, by: actor(), ...more });
  return journal;
}

function note({ wish, gate, reason = "" }: Request, journal: Journal): void {
  if (wish === undefined) return;
  const at = new Date().toISOString();
  journal.append({ kind: "wished", at, wish, by: actor(), reason, ...(gate !== undefined && { gate }) });
}

/** Somebody else drives: what is wished goes into the journal, which that driver reads. */
function wishOf(request: Request, under: Journal | undefined, heldBy: string): number {
  const { wish, stage } = request;
  if (wish === undefined || wish === "resume" || under === undefined) {
    const paused = under !== undefined && progressOf(under.entries()).paused;
    if (!(wish === "resume" && paused)) throw secondDriver(stage, heldBy);
  }
  if (under !== undefined) note(request, under);
  process.stdout.write(`${wish}: noted; the driver (${heldBy}) acts upon it\n`);
  return 0;
}
