import { textsAtOnce } from "../../src/reindex/embed.ts";
import type { Selection, Size } from "../../src/reindex/select.ts";
import type { IndexJob } from "./job.ts";
import type { Request } from "./request.ts";

/** What is known before anything is made. */
export interface Work {
  readonly size: Size;
  readonly selection: Pick<Selection, "key" | "sortsAll">;
  readonly model: string;
  /** Of a vector. */
  readonly dimensions: number;
  /** Rows that an earlier run has embedded already. */
  readonly already: number;
  /** Texts a second, at most. */
  readonly rate: number;
  readonly samples: number;
  readonly database: string;
}

/** Of an index that is filled. @param already rows that it is known to have */
export const workOf = (
  { size, selection, recipe, shape, database }: IndexJob,
  already: number,
  { rate, samples }: Pick<Request, "rate" | "samples">,
): Work => ({
  ...{ size, selection, already, rate, samples },
  model: recipe.model,
  dimensions: shape.dimensions,
  database: database.label,
});

/** Neurons of Workers AI for a million tokens, as Cloudflare's price list has them. */
const neuronsByModel: Readonly<Record<string, number>> = {
  "@cf/baai/bge-small-en-v1.5": 1_841,
  "@cf/baai/bge-base-en-v1.5": 6_058,
  "@cf/baai/bge-large-en-v1.5": 18_582,
  "@cf/baai/bge-m3": 1_075,
};
/** Of English; a language without spaces has fewer. */
const charactersInAToken = 4;
/** One that fills, one that finds nothing new, one behind the switch. */
const leastReadings = 3;

/** What a re-indexing costs at least, a line each. */
export function costLines(work: Work): readonly string[] {
  const { size, selection, model, dimensions, rate, database } = work;
  const texts = Math.max(0, size.texts - work.already);
  const samples = Math.min(work.samples, size.texts);
  const tokens = (size.characters / charactersInAToken) * (size.texts === 0 ? 0 : texts / size.texts);
  const neurons = neuronsByModel[model];
  return [
    `D1:         about ${shown(rowsRead(work))} rows read of ${database}: ${shown(size.rows)} rows, each counted once, read ${leastReadings} times at least, and once for the samples`,
    ...(selection.sortsAll && size.rows > textsAtOnce
      ? [
          `            no index has the rows in the order of ${selection.key}, so each page of ${textsAtOnce} reads all that are left; with its primary key or an indexed column first it would be ${shown(rowsRead({ ...work, selection: { ...selection, sortsAll: false } }))}`,
        ]
      : []),
    `Workers AI: ${shown(texts)} texts in ${counted(Math.ceil(texts / textsAtOnce), "request")}, and those that change meanwhile; ${shown(samples)} more to compare by; about ${shown(rounded(tokens))} tokens${
      neurons === undefined
        ? " (what this model costs is in Cloudflare's price list)"
        : `, which are about ${shown(rounded((tokens / 1_000_000) * neurons))} neurons`
    }`,
    `Vectorize:  ${shown(size.texts * dimensions)} dimensions stored, beside those of the old index until that is deleted`,
    `time:       ${duration(texts / rate)} at least, at --rate ${rate}; then as long as Vectorize takes to carry it out`,
  ];
}

function rowsRead({ size: { rows }, selection: { sortsAll } }: Pick<Work, "size" | "selection">): number {
  const pages = Math.max(1, Math.ceil(rows / textsAtOnce));
  // A page behind the key reads what is left: on average half of it.
  const reading = sortsAll ? (rows * (pages + 1)) / 2 : rows;
  return rounded(rows + leastReadings * reading + rows);
}

/** To three digits: it is an estimate. */
const rounded = (value: number): number => Math.round(Number(value.toPrecision(3)));
const counted = (value: number, noun: string): string => `${shown(value)} ${noun}${value === 1 ? "" : "s"}`;
const shown = (value: number): string => value.toLocaleString("en-US");

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
