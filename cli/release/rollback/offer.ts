import { type WrittenSince, writtenLines, writtenSince } from "../../../src/backup/d1/written-since.ts";
import { bindersOf } from "../../../src/declare/graph.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import { checkCorpus } from "../../../src/migrations/code/corpus.ts";
import { readRecorded } from "../../../src/migrations/code/corpus-live.ts";
import { ranOn, type WayBack, wayBack } from "../../../src/migrations/code/way-back.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { databaseOf } from "../../../src/migrations/plan/job.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Site } from "../../db/site.ts";
import { brokenLines, isBroken, type Pair } from "./pair.ts";

/** A database that is put back, and what that costs. */
export interface Offer {
  /** Of the database: each of them rests on it. */
  readonly pairs: readonly [Pair, ...Pair[]];
  readonly way: WayBack;
  readonly written: WrittenSince;
  /** Workers that use it, stay as they are, and are known to run what the older schema does not know. */
  readonly left: readonly string[];
}

/** The way back of each database that a version does not work with. Refuses where one has none: then nothing but new code helps. */
export async function offersOf(pairs: readonly Pair[], site: Site): Promise<readonly Offer[]> {
  const byDatabase = Map.groupBy(pairs, ({ key }) => key);
  const offers: Offer[] = [];
  const refused: Diagnostic[] = [];
  for (const all of byDatabase.values()) {
    const [first, ...others] = all;
    if (first === undefined || !all.some(isBroken)) continue;
    const way = await wayOf([first, ...others]);
    if (way === undefined) refused.push(...all.filter(isBroken).map((pair) => noWay(pair, site.stage)));
    else
      offers.push({
        pairs: [first, ...others],
        way,
        written: await writtenSince(site, first.job.databaseId, way.sinceMs),
        left: await leftBehind([first, ...others], way, site),
      });
  }
  refuse(refused);
  return offers;
}

async function wayOf(pairs: readonly [Pair, ...Pair[]]): Promise<WayBack | undefined> {
  const [{ job }] = pairs;
  const ran = await ranOn(databaseOf(job));
  const past = new Set(pairs.flatMap((pair) => pair.past));
  return wayBack(
    readFolder(job.directory),
    ran,
    pairs.flatMap(({ fit }) => fit.statements),
    {
      madeMs: Math.min(...pairs.map(({ old }) => old.madeMs)),
      through: ran.find(({ name }) => past.has(name))?.name,
    },
  );
}

/** Whose code stays, and would meet a schema that it does not know. */
async function leftBehind(
  [{ job, goal, declared }, ...others]: readonly [Pair, ...Pair[]],
  { schema }: WayBack,
  { stage }: Site,
): Promise<readonly string[]> {
  const going = new Set([goal, ...others.map((pair) => pair.goal)].map(({ script }) => script));
  const staying = bindersOf(goal.system, declared)
    .map((worker) => physicalName(worker, stage))
    .filter((script) => !going.has(script));
  if (staying.length === 0) return [];
  const recorded = await readRecorded(job, staying);
  if (recorded === undefined || schema === undefined) return staying;
  const broken = checkCorpus(recorded.statements, [{ by: undefined, schema }]);
  return recorded.versions.filter((version) => broken.some(({ worker }) => worker === version));
}

/** What would be lost, in lines for a person. */
export function offerLines({ pairs: [{ key }], way, written, left }: Offer): readonly string[] {
  const since = new Date(way.sinceMs).toISOString();
  return [
    `${key} goes back to ${since}, right before ${way.undone[0].name} (bookmark ${way.bookmark}). It loses:`,
    `  the migrations ${way.undone.map(({ name }) => name).join(", ")}, until they run again`,
    ...writtenLines(written, since),
    ...left.map((worker) => `  ${worker} stays, and is known to need, or may need, what goes`),
  ];
}

/** What is refused as long as nobody has chosen the loss: said behind the lines of what would be lost. */
export const notChosen = (
  pairs: readonly Pair[],
  { name }: Stage,
  version: string | undefined,
): readonly Diagnostic[] =>
  pairs.filter(isBroken).map((pair) => ({
    what: `Version ${pair.goal.to.slice(0, 8)} of ${pair.goal.label} would break on today's schema; nothing was changed`,
    where: pair.key,
    got: brokenLines(pair).join("; "),
    expected: "every statement that it is known to run to work",
    fix: sentence`roll forward: mend the code and release it. Or put the database back as well, and lose what is said above: ${command("rollback", { stage: name, ...(version !== undefined && { version }), "to-bookmark": true })}`,
  }));

const noWay = (pair: Pair, { name }: Stage): Diagnostic => ({
  what: `Version ${pair.goal.to.slice(0, 8)} of ${pair.goal.label} would break on today's schema, and no migration that ran since it was made is the reason`,
  where: pair.key,
  got: brokenLines(pair).join("; "),
  expected: "a bookmark of before a migration behind which it works",
  fix: sentence`roll forward: mend the code, or the schema by a migration, and ${command("up", { stage: name })}; where the schema was changed by hand, ${named("restore", `${name} --at <time>`)} puts every database back to a time of before`,
});
