import { setTimeout as sleep } from "node:timers/promises";
import { nearestTo } from "../../src/backup/vectors/change.ts";
import { idsOf, stateOf } from "../../src/backup/vectors/vectors.ts";
import { ApiError } from "../../src/cloudflare/api.ts";
import { type Figures, figuresOf, percent, shortOf } from "../../src/reindex/compare.ts";
import { textsAtOnce } from "../../src/reindex/embed.ts";
import { itemOf } from "../../src/reindex/item.ts";
import type { Ledger } from "../../src/reindex/ledger.ts";
import { rowsOf } from "../../src/reindex/select.ts";
import { embeddedFor } from "./filling.ts";
import type { IndexJob } from "./job.ts";
import type { At } from "./prepared.ts";

/** How a filled index compares with the one that serves. */
export interface Compared {
  readonly figures: Figures;
  readonly vectors: number;
  /** Vectors of the old one that no row makes; undefined where it does not list its own, or is gone. */
  readonly missing: number | undefined;
  /** Some of their ids. */
  readonly such: readonly string[];
  /** What falls short of what is wanted, a sentence each. */
  readonly short: readonly string[];
}

/** Asks both with the texts of rows, evenly from all. */
export async function compared(job: IndexJob, index: string, ledger: Ledger, at: At): Promise<Compared> {
  const { request, site } = at;
  const { from, was, shape, recipe } = job;
  const samples = await samplesOf(job, ledger, at);
  // Vectors of two models of one length would be taken by either index, and mean nothing in the other.
  const isSameModel = from.model === recipe.model;
  const isSameSpace =
    was !== undefined &&
    was.dimensions === shape.dimensions &&
    was.metric === shape.metric &&
    (isSameModel || from.model === undefined);
  const near = (name: string) => (values: readonly number[], most: number) =>
    nearestTo(site, name, values, most);
  const figures = await figuresOf(
    samples,
    request.top,
    near(index),
    isSameSpace ? near(from.name) : undefined,
  );
  const { missing, such } =
    was === undefined ? { missing: undefined, such: [] } : await missingOf(from.name, ledger, at);
  const rows = ledger.count();
  const vectors = await countOnceItIs(rows, index, at);
  return {
    ...{ figures, vectors, missing, such },
    short: [
      ...(vectors === rows ? [] : [`vectors in the new index: ${vectors}, of ${rows} rows with a text`]),
      ...shortOf(figures, missing, request, isSameModel),
    ],
  };
}

/** Vectorize's count comes some seconds behind what it has. */
const countMs = 30_000;

async function countOnceItIs(rows: number, index: string, { site }: At): Promise<number> {
  const until = Date.now() + countMs;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    const { count } = await stateOf(site, index);
    if (count === rows || Date.now() > until) return count;
    await sleep(waitMs);
  }
}

async function samplesOf({ database, selection, ...job }: IndexJob, ledger: Ledger, at: At) {
  const ids = ledger.sample(at.request.samples);
  const samples: { readonly id: string; readonly values: readonly number[] }[] = [];
  for (let from = 0; from < ids.length; from += textsAtOnce) {
    const rows = await rowsOf(database, selection, ids.slice(from, from + textsAtOnce));
    const items = rows.flatMap((row) => itemOf(row, selection) ?? []);
    if (items.length === 0) continue;
    const values = await embeddedFor({ database, selection, ...job }, items, at);
    samples.push(...items.map(({ id }, i) => ({ id, values: values[i] ?? [] })));
  }
  return samples;
}

const shownIds = 5;

async function missingOf(name: string, ledger: Ledger, { site }: At) {
  const such: string[] = [];
  let missing = 0;
  try {
    for await (const ids of idsOf(site, name))
      for (const id of ids) if (ledger.known(id) === undefined && ++missing <= shownIds) such.push(id);
  } catch (error) {
    // Indexes of the first version have no list.
    if (error instanceof ApiError && (error.status === 404 || error.status === 405))
      return { missing: undefined, such: [] };
    throw error;
  }
  return { missing, such };
}

/** The figures, for a person. */
export const comparedLines = ({ from, recipe }: IndexJob, found: Compared): readonly string[] => {
  const { samples, top, answered, foundThemselves, overlap } = found.figures;
  const overlapText =
    overlap === undefined
      ? "not compared: vectors of two shapes or models say nothing to one another"
      : `${percent(overlap)}${from.model === recipe.model ? "" : ", not held to anything: which model filled the old one is not known"}`;
  const missingText =
    found.missing === undefined
      ? "not known: it lists none of its own, or is gone"
      : `${found.missing}${found.such.length === 0 ? "" : `, such as ${found.such.join(", ")}`}`;
  return [
    `${samples} sample queries, the nearest ${top} of each:`,
    `  find something in the new index: ${percent(answered)}`,
    `  find the row whose text they are: ${percent(foundThemselves)}`,
    `  what the old one finds and the new one too: ${overlapText}`,
    `vectors in the new index: ${found.vectors}`,
    `vectors of the old one that no row makes: ${missingText}`,
  ];
};
