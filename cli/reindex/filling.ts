import { setTimeout as sleep } from "node:timers/promises";
import { idsOf } from "../../src/backup/vectors/vectors.ts";
import { embedded, type Text, textsAtOnce } from "../../src/reindex/embed.ts";
import { type Filling, isQuiet, type Reading, readUntilQuiet } from "../../src/reindex/fill.ts";
import type { Ledger } from "../../src/reindex/ledger.ts";
import type { IndexJob } from "./job.ts";
import type { At } from "./prepared.ts";
import { writerOf } from "./settled.ts";

/** What fills one index from the recipe's rows. */
export function fillingOf(job: IndexJob, index: string, ledger: Ledger, at: At): Filling {
  const { site, request, say } = at;
  const often = seldom();
  return {
    ...{ database: job.database, selection: job.selection, ledger, rate: request.rate },
    ...writerOf(site, index, (count) =>
      often(() =>
        say(`${job.key}: Vectorize carries out what it took; ${index} has ${count} vectors by now`),
      ),
    ),
    embed: (texts) => embeddedFor(job, texts, at),
    sleep: (ms) => sleep(ms),
    progress(read, count) {
      const tell = (): void =>
        say(`${job.key}: ${read} of ${job.rows} rows read, ${count} embedded by this reading`);
      if (read < job.rows) often(tell);
      else tell();
    },
  };
}

/** Tells every two seconds at most. */
function seldom(): (tell: () => void) => void {
  let toldAtMs = 0;
  return (tell) => {
    if (Date.now() - toldAtMs < 2_000) return;
    toldAtMs = Date.now();
    tell();
  };
}

/** The vectors of texts, by the recipe's model. Throws UserError where they would not fit the index. */
export const embeddedFor = (
  { recipe: { model }, shape: { dimensions } }: IndexJob,
  texts: readonly Text[],
  { site }: At,
): Promise<readonly (readonly number[])[]> => embedded({ account: site, model, dimensions, texts });

/** So often all rows are read, while some are other than the reading before found them. */
const mostReadings = 6;

/** Reads until nothing is new. Says so where rows change faster than that. */
export async function filled(filling: Filling, { say }: At): Promise<readonly Reading[]> {
  const readings = await readUntilQuiet(filling, mostReadings);
  const last = readings.at(-1);
  if (last !== undefined && !isQuiet(last))
    say(
      `Rows change faster than they are read: the last of ${readings.length} readings found ${last.embedded + last.removed} others, such as ${last.such.join(", ")}`,
    );
  return readings;
}

/** Takes vectors away whose rows went while a run was killed: while the index is filled nobody else writes into it. */
export async function withoutStrays(index: string, ledger: Ledger, { site }: At): Promise<number> {
  const strays: string[] = [];
  for await (const ids of idsOf(site, index))
    strays.push(...ids.filter((id) => ledger.known(id) === undefined));
  const writer = writerOf(site, index, () => {});
  for (let from = 0; from < strays.length; from += textsAtOnce)
    await writer.remove(strays.slice(from, from + textsAtOnce));
  await writer.settle();
  return strays.length;
}
