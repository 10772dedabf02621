import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { System, Vectorize } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, lines, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { readSnapshot } from "../../../src/migrations/database/snapshot.ts";
import { databaseOf } from "../../../src/migrations/plan/job.ts";
import { declaredIndex } from "../../../src/reindex/declared-index.ts";
import { begun, digestOf, ended } from "../../../src/reindex/journal.ts";
import { reindex } from "../../../src/reindex/reindex.ts";
import { checkedSelect, countRows } from "../../../src/reindex/select.ts";
import { agree, changeOptions } from "../agree.ts";
import { type Command, done } from "../command.ts";
import { placeOf } from "../place.ts";
import { jobOf, siteOf } from "../site.ts";
import { backlog, queueId, sendAll, vectorCount } from "./queue.ts";

/** Cloudflare takes 5,000 messages a second into a queue; the consumer's model is what is slow. */
const usualRate = 500;

/** `reindex`: the vectors of an index, made again from a database by its recipe. */
export const reindexVectors: Command = {
  name: "reindex",
  usage: "reindex [<stage>] <index> [--rate <messages a second>] [--again] [--yes]",
  summary:
    "send every row of a Vectorize index's recipe to the worker that embeds it; goes on where a run ended",
  options: { ...changeOptions, rate: { type: "string" }, again: { type: "boolean" } },
  async run(given) {
    const place = placeOf(given, 1);
    const { system, index } = declaredIndex(given.project.systems, place.words[0]);
    const { recipe } = index;
    if (recipe === undefined) throw withoutRecipe(system, index);
    const key = `${system.name}/${index.name}`;
    if ("model" in recipe) throw madeByModel(key, recipe.model, place.stage.name);
    const rate = rateOf(given.text("rate"));
    const site = await siteOf(place, given);
    const label = `${system.name}/${recipe.database.name}`;
    const job = await jobOf(site, { key: label, system, declared: recipe.database }, given.root);
    const database = databaseOf(job);
    const selection = checkedSelect(`${key}, recipe`, recipe.select, (await readSnapshot(database)).schema);
    const of = await countRows(database, selection);
    const queue = await queueId(site, physicalName(recipe.queue, site.stage));
    const name = physicalName(index, site.stage);
    const before = await vectorCount(site, name);
    const journal = {
      file: join(
        given.root,
        ".lockstep/reindex",
        `${site.target}-${site.stage.name}-${system.name}-${index.name}.json`,
      ),
      recipe: digestOf(job.databaseId, queue, selection.select),
    };
    if (given.flag("again")) ended(journal.file);
    const earlier = begun(journal.file, journal.recipe)?.sent ?? 0;
    const goesOn = earlier === 0 ? "" : `, of which an earlier run sent ${earlier}`;
    await agree(
      site.stage,
      `Send the rows of ${label} (${of}${goesOn}) to queue ${recipe.queue.name} in`,
      given,
    );
    const { sent } = await reindex({
      database,
      selection,
      journal,
      rate,
      sleep: (ms) => sleep(ms),
      send: (messages) => sendAll(site, queue, messages),
      progress: (count) => given.say(`${key}: ${count} of ${of} sent`),
    });
    const waiting = await settled(() => backlog(site, queue), given.say);
    const after = await vectorCount(site, name);
    return done(
      { index: key, rows: of, sent, waiting, vectors: { before, after } },
      lines([
        `${key}: ${sent} sent, ${waiting} wait still`,
        `vectors: ${before} before, ${after} now; Cloudflare shows new ones after some seconds`,
        ...(waiting === 0
          ? []
          : [
              sentence`what waits is embedded as the consumer gets to it: ${command("status", { stage: site.stage.name })}`,
            ]),
      ]),
    );
  },
};

/** Waits while messages get fewer; gives how many are left once they do not. */
async function settled(left: () => Promise<number>, say: (text: string) => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let quiet = 0; ; ) {
    const now = await left();
    if (now === 0) return 0;
    if (now < least) {
      say(`${now} wait to be embedded`);
      [least, quiet] = [now, 0];
    } else if (++quiet >= 30) return now;
    await sleep(1_000);
  }
}

function rateOf(text: string | undefined): number {
  const rate = Number(text ?? usualRate);
  if (Number.isFinite(rate) && rate >= 1 && rate <= 5_000) return rate;
  throw new UserError({
    what: "It is not said how fast messages may be sent",
    where: "--rate",
    got: JSON.stringify(text),
    expected: "1 to 5000 messages a second",
    fix: `--rate ${usualRate}`,
  });
}

const withoutRecipe = (system: System, { name }: Vectorize): UserError =>
  new UserError({
    what: "It is not declared how the vectors of this index are made",
    where: `${system.name}/${name}`,
    got: "no recipe",
    expected: "a database, a SELECT whose rows become messages, and the queue whose consumer embeds them",
    fix: `give it to vectorize("${name}"): recipe: { database: notes, select: "SELECT id FROM notes", queue: added }`,
  });

const madeByModel = (key: string, model: string, stage: string): UserError =>
  new UserError({
    what: "No worker makes the vectors of this index again: its recipe names a model",
    where: key,
    got: `model ${model}`,
    expected: "a recipe with a queue",
    fix: sentence`make an index beside it, which takes its place once it is filled: ${command("reindex", { stage, index: key })}`,
  });
