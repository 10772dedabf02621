import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { indexNamed } from "../../src/backup/vectors/vectors.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type Noted, notedIn, noteOf, targetType } from "../../src/reindex/noted.ts";
import { refuseBesideBegun } from "../../src/release/beside.ts";
import { followingOf, hadBy } from "../backup/restore/places.ts";
import { actor } from "../stack/actor.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";
import { refuseLocked } from "../stack/lock/lock.ts";
import { inPrivateFolder } from "../stack/plan/make-plan.ts";
import { stateOf } from "../stack/state.ts";
import { refuseRolledOut } from "../stack/switch/rolled-out.ts";
import type { IndexJob } from "./job.ts";
import type { At } from "./prepared.ts";

/** Refuses beside one that was begun on another machine, or in a folder that is lost. Which rows its index has, only that one's journal knows. */
export async function refuseElsewhere(job: IndexJob, own: string | undefined, at: At): Promise<void> {
  const { request, site } = at;
  const { note } = job;
  if (note === undefined || note.index === own || note.index === job.from.name || request.takeOver) return;
  const isThere = (await indexNamed(site, note.index)) !== undefined;
  throw new UserError({
    what: `${note.by} has begun to re-index ${job.key} elsewhere, and its index does not serve yet; nothing was done by this one`,
    where: `the state of stack ${request.stage.name}`,
    got: `${note.index}${isThere ? "" : ", which is there no more"}, begun by ${note.by} at ${note.at}`,
    expected: "one at a time",
    fix: sentence`let that one come to its end: the same command, typed there, goes on with it. Where its folder .lockstep/reindex is gone: ${command("reindex", { stage: request.stage.name, index: job.key, "take-over": true })}. That begins another index from the first row, and lets the other one put nothing into place any more`,
  });
}

/** Writes down in the state that an index is being filled, for whoever would begin the same elsewhere. The engine holds the stack's lock over it. */
export const noteBegun = (stage: Stage, run: Run, key: string, index: string): Promise<void> =>
  inPrivateFolder(async (folder) => {
    const file = join(folder, "state.json");
    const text = await pulumiText(["stack", "export", "--stack", stage.name], run);
    const note = { index, by: actor(), at: new Date().toISOString() };
    writeFileSync(file, JSON.stringify(withNote(JSON.parse(text), key, note)), { mode: 0o600 });
    await pulumiText(["stack", "import", "--stack", stage.name, "--file", file], run);
  });

const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(
      z.looseObject({ type: z.string(), inputs: z.record(z.string(), z.unknown()).optional() }),
    ),
  }),
});

/** An exported state with the note; all else is as it was, secrets sealed. */
export function withNote(state: unknown, key: string, note: Noted): unknown {
  const read = exported.parse(state);
  const resources = read.deployment.resources.map((each) =>
    each.type === targetType
      ? { ...each, inputs: { ...each.inputs, reindexing: { ...notedIn(each.inputs), [key]: note } } }
      : each,
  );
  return { ...read, deployment: { ...read.deployment, resources } };
}

/**
 * Filling takes hours: before the switch it is looked whether all that was looked at first is so still.
 * @param index the new one; undefined on the way back, of which the state tells nobody
 */
export async function refuseOvertaken(job: IndexJob, index: string | undefined, at: At): Promise<void> {
  const { request, run, root, systems } = at;
  const { stage, target } = request;
  refuseLocked(stage, run);
  refuseBesideBegun({ root, target, stage: stage.name, env: run.env });
  await refuseRolledOut(stage, run, followingOf(systems, [job.key]).workers);
  const state = (await stateOf(stage, run)) ?? [];
  const note = noteOf(state, job.key);
  const serves = hadBy(state, { kind: "vectorize", key: job.key });
  const got = overtakenBy({ from: job.from.name, index }, serves?.name, note);
  if (got === undefined) return;
  throw new UserError({
    what: `While ${index ?? "the old index"} was filled, somebody else changed what serves, or took this over; nothing was switched`,
    where: `${job.key}, in the state of stack ${stage.name}`,
    got,
    expected: `${job.from.name} serves, and this run alone is to exchange it`,
    fix: sentence`look at what serves now, then go on from there with what is filled already: ${command("reindex", { stage: stage.name, index: job.key, undo: index === undefined })}`,
  });
}

/** What is otherwise in the state than a run expects; undefined where it is as it was. */
export function overtakenBy(
  run: { readonly from: string; readonly index: string | undefined },
  serves: string | undefined,
  note: Noted | undefined,
): string | undefined {
  if (serves !== run.from) return `${serves ?? "nothing"} serves, and it was ${run.from}`;
  if (run.index === undefined) return undefined;
  if (note === undefined) return "a state that tells nothing of this run any more";
  return note.index === run.index ? undefined : `${note.by} began to fill ${note.index} at ${note.at}`;
}
