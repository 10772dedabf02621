import { indexNamed } from "../../src/backup/vectors/vectors.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { type Journal, openJournal } from "../../src/reindex/ledger.ts";
import { followingOf } from "../backup/restore/places.ts";
import { agree } from "../db/agree.ts";
import { actor } from "../stack/actor.ts";
import { refuseRolledOut } from "../stack/switch/rolled-out.ts";
import { switchedIn } from "../stack/switch/switch.ts";
import { type Switching, switchingOf } from "../stack/switch/switching.ts";
import { costLines, workOf } from "./cost.ts";
import { refuseOvertaken } from "./elsewhere.ts";
import { filled, fillingOf } from "./filling.ts";
import { ending, putInPlace } from "./in-place.ts";
import { type IndexJob, jobOf } from "./job.ts";
import { type At, refuseOthers } from "./prepared.ts";
import { readingLines, shapeText } from "./told.ts";

/** Lets the index serve again that served before. It gets what was written since; a switch back that was not finished is gone on with. */
export async function undo(at: At): Promise<number> {
  const { request, begun, run, systems, say } = at;
  const { stage } = request;
  const job = await jobOf(at);
  if (begun !== undefined) refuseOthers(begun, job.key, stage.name);
  if (begun === undefined && isHalfRead(job)) return readOn(job, at);
  const switched = await switchedIn(stage, run);
  const [half] = begun?.stores ?? [];
  const ends =
    half === undefined
      ? lastOf(job, switched)
      : begun?.undo === true
        ? half
        : { from: half.to, to: half.from };

  if (ends === undefined) throw nothingKept(job.key, stage.name);
  const of = switchingOf(job.declared, stage.name, { resource: job.key, ...ends });
  await refuseUnfit(job, of, at);
  await refuseRolledOut(stage, run, followingOf(systems, [job.key]).workers);
  const journal = openJournal(job.file);
  try {
    const knows = [of.from.name, of.to.name].includes(journal.job()?.index ?? "");
    say(`${job.key}: ${of.to.name} in the place of ${of.from.name}`);
    if (knows)
      say(
        "  before it serves, the rows that were written since the switch are embedded into it, and the vectors of those that went are taken away",
      );
    else {
      say(
        `  this machine did not fill it and does not know what it has: before it serves, all ${job.rows} rows are embedded into it again. Vectors of rows that went since stay in it`,
      );
      for (const line of costLines(workOf(job, 0, request))) say(`  ${line}`);
    }
    await agree(stage, "Switch back in", { text: () => request.yes });
    // What serves has to be whole at any moment: only a switch back that was begun already has done this.
    if (begun?.undo !== true) {
      goBackTo(of, job, journal);
      const readings = await filled(fillingOf(job, of.to.name, journal.now, at), at);
      for (const line of readingLines(job.key, readings)) say(line);
      if (begun === undefined) await refuseOvertaken(job, undefined, at);
    }
    return await putInPlace(
      {
        ...{ verb: "reindex", undo: true, from: "what served before", by: actor(), stores: [of] },
        at: begun?.undo === true ? begun.at : new Date().toISOString(),
        before: begun?.before ?? switched,
      },
      job,
      journal,
      at,
    );
  } finally {
    journal.close();
  }
}

/** From here on the journal is that of the index that is to serve again. */
function goBackTo({ from, to }: Switching, { digest }: IndexJob, journal: Journal): void {
  const next = { recipe: digest, index: to.name, ended: false, isBack: true };
  const known = journal.job()?.index;
  if (known === to.name) journal.setJob(next);
  else if (known === from.name) journal.wentBack(next);
  else journal.startOver(next);
}

/** An earlier run has switched back, and was ended before it had read what was written until then. */
function isHalfRead({ file, from }: IndexJob): boolean {
  const journal = openJournal(file);
  try {
    const known = journal.job();
    return known?.index === from.name && known.isBack && !known.ended;
  } finally {
    journal.close();
  }
}

async function readOn(job: IndexJob, at: At): Promise<number> {
  const { request, say } = at;
  say(`${job.key}: ${job.from.name} serves again; the rows are read once more for what is not in it`);
  await agree(request.stage, "Bring the index that serves up to date in", { text: () => request.yes });
  const journal = openJournal(job.file);
  try {
    return await ending(job, journal, at);
  } finally {
    journal.close();
  }
}

function lastOf(
  { key, from }: IndexJob,
  switched: Awaited<ReturnType<typeof switchedIn>>,
): Pick<Switching, "from" | "to"> | undefined {
  const last = switched[`vectorize ${key}`]?.kept.at(-1);
  if (last === undefined) return undefined;
  const { until: _, ...to } = last;
  return { from, to };
}

/** The old index is asked by the code that is here and filled by the recipe that is here: both have to be what they were. */
async function refuseUnfit({ key, shape, recipe }: IndexJob, { to }: Switching, at: At): Promise<void> {
  const is = await indexNamed(at.site, to.name);
  if (is === undefined)
    throw new UserError({
      what: "The index that served before is there no more, so nothing was switched back",
      where: `${key}, stage ${at.request.stage.name}`,
      got: `no index named ${to.name}`,
      expected: "the index that was kept",
      fix: "make one beside what serves, with the declaration that it had",
    });
  const isFit =
    is.dimensions === shape.dimensions &&
    is.metric === shape.metric &&
    (to.model === undefined || to.model === recipe.model);
  if (isFit) return;
  throw new UserError({
    what: "The declaration is not that of the index that served before, so nothing was switched back",
    where: `${key}, stage ${at.request.stage.name}`,
    got: `${shapeText(shape, recipe.model)} in the declaration`,
    expected: `${shapeText(is, to.model)}, as ${to.name} has it`,
    fix: "go back to the declaration and the code of that time, then do this again",
  });
}

const nothingKept = (key: string, stage: string): UserError =>
  new UserError({
    what: "There is nothing to switch back to; nothing was changed",
    where: `${key}, lockstep:switched of stack ${stage}`,
    got: "no index that served before another one",
    expected: "an index in whose place another one was put",
    fix: "name another index or another stage",
  });
