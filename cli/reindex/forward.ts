import { indexFor, indexNamed, stateOf } from "../../src/backup/vectors/vectors.ts";
import { declaredName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { probe } from "../../src/reindex/embed.ts";
import { type Job, type Journal, openJournal } from "../../src/reindex/ledger.ts";
import { nameBeside } from "../backup/restore/named.ts";
import { followingOf } from "../backup/restore/places.ts";
import { agree } from "../db/agree.ts";
import { actor } from "../stack/actor.ts";
import { refuseRolledOut } from "../stack/switch/rolled-out.ts";
import { switchedIn } from "../stack/switch/switch.ts";
import { switchingOf } from "../stack/switch/switching.ts";
import { compared, comparedLines } from "./compared.ts";
import { costLines, workOf } from "./cost.ts";
import { noteBegun, refuseElsewhere, refuseOvertaken } from "./elsewhere.ts";
import { embeddedFor, filled, fillingOf, withoutStrays } from "./filling.ts";
import { halfSwitchedLines } from "./half-switched.ts";
import { ending, putInPlace } from "./in-place.ts";
import { type IndexJob, jobOf } from "./job.ts";
import { type At, refuseOthers } from "./prepared.ts";
import { readingLines, shapeText, told } from "./told.ts";

/** Makes an index beside the one that serves, fills and compares it, and puts it into its place; goes on wherever an earlier run of the same ended. */
export async function forward(at: At): Promise<number> {
  const { request, begun, say } = at;
  const job = await jobOf(at);
  const journal = openJournal(job.file);
  try {
    if (begun !== undefined) {
      refuseOthers(begun, job.key, request.stage.name);
      for (const line of halfSwitchedLines(begun, job.key, job.from.name)) say(line);
      if (request.dryRun) return 0;
      await agree(request.stage, "Finish that switch in", { text: () => request.yes });
      return await putInPlace(begun, job, journal, at);
    }
    const known = journal.job();
    await refuseElsewhere(job, known?.index, at);
    const isSame = known?.recipe === job.digest && !request.again;
    const isServing = isSame && known.index === job.from.name && job.was !== undefined;
    if (request.catchUp && !isServing) throw nothingToCatchUp(job, request.stage.name);
    if (isServing && (request.catchUp || !known.ended)) {
      say(`${job.key}: ${known.index} serves; the rows are read once more for what is not in it`);
      if (request.dryRun) return 0;
      await agree(request.stage, "Bring the new index up to date in", { text: () => request.yes });
      return await ending(job, journal, at);
    }
    if (isServing) return alreadyDone(job, at);
    // An index that was to serve again by --undo has vectors that no row tells: it is filled by --undo alone.
    const isHalf = known !== undefined && known.index !== job.from.name && !known.ended && !known.isBack;
    const goesOn = isSame && isHalf ? known : undefined;
    if (isHalf && goesOn === undefined)
      say(
        `An earlier run began to fill ${known.index}, by another recipe or before --again. Nothing is bound to it: npx wrangler vectorize delete ${known.index}`,
      );
    return await fromRows(job, journal, goesOn, at);
  } finally {
    journal.close();
  }
}

/** Typed once more it costs nothing: a job of CI may do that. */
function alreadyDone({ key, from, rows }: IndexJob, { request, say }: At): number {
  const typed = { stage: request.stage.name, index: key };
  say(
    sentence`${key}: ${from.name} serves, and was filled from here by the recipe that is declared; nothing was done. To read what is new in its rows: ${command("reindex", { ...typed, "catch-up": true })}. To fill another one all the same: ${command("reindex", { ...typed, again: true })}`,
  );
  told(request.json, { index: key, to: from.name, rows, switched: false });
  return 0;
}

async function fromRows(job: IndexJob, journal: Journal, goesOn: Job | undefined, at: At): Promise<number> {
  const { request, run, systems, say } = at;
  const { stage } = request;
  const switched = await switchedIn(stage, run);
  const index = goesOn?.index ?? (await newName(job, switched, at));
  const named = { index: job.key, from: job.from.name, to: index, rows: job.rows };
  await refuseRolledOut(stage, run, followingOf(systems, [job.key]).workers);
  await show(job, index, goesOn === undefined ? 0 : journal.now.count(), at);
  if (request.dryRun) {
    told(request.json, { ...named, switched: false, dryRun: true });
    return 0;
  }
  await agree(
    stage,
    `Fill a new index and ${request.fillOnly ? "leave it beside" : "put it into the place of"} ${job.from.name} in`,
    { text: () => request.yes },
  );
  // One text is asked for before anything is made: a model of another length is found here.
  await embeddedFor(job, [probe], at);
  if (goesOn === undefined) journal.startOver({ recipe: job.digest, index, ended: false, isBack: false });
  if (job.note?.index !== index) await noteBegun(stage, run, job.key, index);
  await indexFor(at.site, index, job.shape);
  const readings = await filled(fillingOf(job, index, journal.now, at), at);
  await withoutStrays(index, journal.now, at);
  for (const line of readingLines(job.key, readings)) say(line);
  const found = await compared(job, index, journal.now, at);
  for (const line of comparedLines(job, found)) say(line);
  const facts = { ...named, readings, ...found };
  if (found.short.length > 0) {
    say(`\nNothing was switched: ${index} falls short of what is wanted. What serves is as it was.`);
    for (const line of found.short) say(`  ${line}`);
    say(
      sentence`Mend that and do this again, which goes on with ${index}; or let less be enough by those options. Once nobody needs it: npx wrangler vectorize delete ${index}`,
    );
    told(request.json, { ...facts, switched: false });
    return 1;
  }
  if (request.fillOnly) {
    say(
      sentence`\n${index} is filled, and nothing is bound to it. To read what is new by then, and put it in place: ${command("reindex", { stage: stage.name, index: job.key })}`,
    );
    told(request.json, { ...facts, switched: false });
    return 0;
  }
  await refuseOvertaken(job, index, at);
  journal.keepForBack();
  return putInPlace(
    {
      ...{ verb: "reindex", undo: false, by: actor(), at: new Date().toISOString(), before: switched },
      from: `the rows of ${job.database.label} by ${job.recipe.model}`,
      stores: [
        switchingOf(job.declared, stage.name, {
          resource: job.key,
          from: job.from,
          to: { id: index, name: index, model: job.recipe.model },
        }),
      ],
    },
    job,
    journal,
    at,
    facts,
  );
}

/** What an earlier run did not finish in another way stays: its name is not taken again. */
async function newName(
  { declared, from, key }: IndexJob,
  switched: Awaited<ReturnType<typeof switchedIn>>,
  { request, site }: At,
): Promise<string> {
  const taken = new Set([from.name, ...(switched[`vectorize ${key}`]?.kept ?? []).map(({ name }) => name)]);
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  for (;;) {
    const name = nameBeside(declaredName(declared, request.stage), now, 64, taken);
    if ((await indexNamed(site, name)) === undefined) return name;
    taken.add(name);
  }
}

async function show(
  job: IndexJob,
  index: string,
  already: number,
  { say, site, request }: At,
): Promise<void> {
  const { from, was, shape, recipe, key, declared, selection } = job;
  say(`${key}:`);
  say(
    was === undefined
      ? `  serves now: ${from.name}, which is there no more`
      : `  serves now: ${from.name}, ${shapeText(was, from.model)}, ${(await stateOf(site, from.name)).count} vectors`,
  );
  say(
    `  beside it:  ${index}, ${shapeText(shape, recipe.model)}${already === 0 ? "" : `, ${already} of its rows are embedded already`}`,
  );
  for (const line of costLines(workOf(job, already, request))) say(`  ${line}`);
  for (const property of Object.keys(declared.metadataIndexes ?? {}))
    if (!selection.columns.includes(property.split(".")[0] ?? property))
      say(`  queries filter by ${property}, and the recipe selects no such column: they will find nothing`);
  say(
    "What is written to rows until the new one serves is read again then. What workers write into the index and no row tells stays in the old one, which is kept.",
  );
}

const nothingToCatchUp = ({ key, from, was }: IndexJob, stage: string): UserError =>
  new UserError({
    what: "This machine did not fill the index that serves, so it cannot tell which rows are not in it",
    where: `${key}, stage ${stage}`,
    got:
      was === undefined
        ? `${from.name}, which is there no more`
        : `${from.name}, and no journal of it, or one of another recipe`,
    expected: "an index that this command filled from here by the recipe that is declared",
    fix: sentence`fill a new one: ${command("reindex", { stage, index: key })}`,
  });
