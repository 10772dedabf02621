import { setTimeout as sleep } from "node:timers/promises";
import { deleteVectors, upsertVectors } from "../../src/backup/vectors/change.ts";
import { idsOf, processed } from "../../src/backup/vectors/vectors.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { embedded } from "../../src/reindex/embed.ts";
import { type Filling, isQuiet, type Reading, readUntilQuiet } from "../../src/reindex/fill.ts";
import type { Ledger } from "../../src/reindex/ledger.ts";
import type { IndexJob } from "./job.ts";
import type { At } from "./prepared.ts";

/** What fills one index from the recipe's rows. */
export function fillingOf(job: IndexJob, index: string, ledger: Ledger, at: At): Filling {
  const { site, request, say } = at;
  let last: string | undefined;
  let saidAtMs = 0;
  return {
    ...{ database: job.database, selection: job.selection, ledger, rate: request.rate },
    embed: (texts) => embeddedFor(job, texts, at),
    async put(vectors) {
      last = (await upsertVectors(site, index, vectors)) ?? last;
    },
    async remove(ids) {
      last = (await deleteVectors(site, index, ids)) ?? last;
    },
    settle: async () => (last === undefined ? undefined : processed(site, index, last)),
    sleep: (ms) => sleep(ms),
    progress(read, count) {
      if (Date.now() - saidAtMs < 2_000 && read < job.rows) return;
      saidAtMs = Date.now();
      say(`${job.key}: ${read} of ${job.rows} rows read, ${count} embedded by this reading`);
    },
  };
}

/** The vectors of texts, by the recipe's model. Throws UserError where they would not fit the index. */
export async function embeddedFor(
  { key, recipe, shape }: IndexJob,
  texts: readonly string[],
  { site }: At,
): Promise<readonly (readonly number[])[]> {
  const vectors = await embedded(site, recipe.model, texts);
  const other = vectors.find(({ length }) => length !== shape.dimensions);
  if (other === undefined) return vectors;
  throw new UserError({
    what: "The recipe's model does not fit the index that is declared",
    where: `${key}, recipe`,
    got: `${recipe.model} makes vectors of ${other.length} numbers`,
    expected: `${shape.dimensions}, as the index has dimensions`,
    fix: `declare dimensions: ${other.length}, or another model`,
  });
}

/** So often all rows are read, while some are other than the reading before found them. */
const mostReadings = 6;

/** Reads until nothing is new. Says so where rows change faster than that. */
export async function filled(filling: Filling, { say }: At): Promise<readonly Reading[]> {
  const readings = await readUntilQuiet(filling, mostReadings);
  const last = readings.at(-1);
  if (last !== undefined && !isQuiet(last))
    say(
      `Rows change faster than they are read: the last of ${readings.length} readings found ${last.embedded} others`,
    );
  return readings;
}

/** Takes vectors away whose rows went while a run was killed: while the index is filled nobody else writes into it. */
export async function withoutStrays(index: string, ledger: Ledger, { site }: At): Promise<number> {
  const strays: string[] = [];
  for await (const ids of idsOf(site, index))
    strays.push(...ids.filter((id) => ledger.known(id) === undefined));
  for (let from = 0; from < strays.length; from += 100) {
    const change = await deleteVectors(site, index, strays.slice(from, from + 100));
    if (change !== undefined) await processed(site, index, change);
  }
  return strays.length;
}
