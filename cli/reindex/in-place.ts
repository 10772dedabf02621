import { setTimeout as sleep } from "node:timers/promises";
import { indexNamed } from "../../src/backup/vectors/vectors.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { isQuiet } from "../../src/reindex/fill.ts";
import type { Journal } from "../../src/reindex/ledger.ts";
import { followingOf } from "../backup/restore/places.ts";
import { removal } from "../backup/restore/told.ts";
import type { Begun } from "../stack/switch/journal.ts";
import { switchStores } from "../stack/switch/switch.ts";
import { filled, fillingOf } from "./filling.ts";
import type { IndexJob } from "./job.ts";
import type { At } from "./prepared.ts";
import { type Facts, readingLines, told } from "./told.ts";

/** So long an old version of a worker may still answer somewhere after another one was deployed. */
const spreadingMs = { cloudflare: 30_000, embedded: 0 };

/** Lets an index that is filled serve, with the new code of its workers where there is some, and reads once more what was written until it did. */
export async function putInPlace(
  begun: Begun,
  job: IndexJob,
  journal: Journal,
  at: At,
  facts: Partial<Facts> = {},
): Promise<number> {
  const { request, run, systems, say, out } = at;
  const { stage, target } = request;
  const [of] = begun.stores;
  if (of === undefined) throw new Error("a switch of no store was begun");
  const code = await switchStores(begun, {
    ...{ stage, target, run, say, out },
    following: { ...followingOf(systems, [job.key]), withCode: true },
    // Of a switch that a kill interrupted here it is done again: only the first time it changes anything.
    deployed() {
      const next = { recipe: job.digest, index: of.to.name, ended: false, isBack: begun.undo };
      const known = journal.job()?.index;
      if (known === of.to.name) journal.setJob(next);
      else if (known === of.from.name) journal.wentBack(next);
      else journal.startOver(next);
    },
  });
  if (code !== 0) return code;
  say(`${job.key}: ${of.to.name} serves now`);
  if (target === "cloudflare")
    say(
      `Commit Pulumi.${stage.name}.yaml with the declaration: it says which index serves (lockstep:switched)`,
    );
  await sleep(spreadingMs[target]);
  const ended = await ending(job, journal, at, { ...facts, from: of.from.name, switched: true });
  if ((await indexNamed(at.site, of.from.name)) === undefined) {
    say(`${of.from.name}, which served before, is there no more: there is no way back to it`);
    return ended;
  }
  say(`${of.from.name} is kept. Once nobody needs it: ${removal("vectorize", of.from)}`);
  say(
    sentence`To switch back, with the declaration as it was before: ${command("reindex", { stage: stage.name, index: job.key, undo: true })}`,
  );
  return ended;
}

/** Brings the index that serves up to date with the rows: what a worker wrote into the other one while it was exchanged is not in it. */
export async function ending(
  job: IndexJob,
  journal: Journal,
  at: At,
  facts: Partial<Facts> = {},
): Promise<number> {
  const { request, say } = at;
  const known = journal.job();
  if (known === undefined) throw new Error("there is no journal of what serves");
  const late = await filled(fillingOf(job, known.index, journal.now, at), at);
  for (const line of readingLines(job.key, late)) say(line);
  const last = late.at(-1);
  const isUpToDate = last !== undefined && isQuiet(last);
  journal.setJob({ ...known, ended: isUpToDate });
  say(
    isUpToDate
      ? sentence`It has every row as it was a moment ago. A worker that began a run before the switch, such as a queue consumer with its 15 minutes, may still write into the old index. Where there are such workers, read once more after that: ${command("reindex", { stage: request.stage.name, index: job.key, "catch-up": true })}`
      : sentence`Rows still change faster than they are read, so the newest are not all in it${last === undefined ? "" : ` (such as ${last.such.join(", ")})`}. Once less is written, or with a higher --rate: ${command("reindex", { stage: request.stage.name, index: job.key })}`,
  );
  told(request.json, { index: job.key, to: known.index, rows: job.rows, ...facts, late });
  return isUpToDate ? 0 : 1;
}
