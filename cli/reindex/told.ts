import type { IndexShape } from "../../src/backup/vectors/vectors.ts";
import type { Reading } from "../../src/reindex/fill.ts";
import type { Compared } from "./compared.ts";

/** `768 dimensions, cosine, @cf/baai/bge-base-en-v1.5` */
export const shapeText = (
  { dimensions, metric }: Pick<IndexShape, "dimensions" | "metric">,
  model: string | undefined,
): string => `${dimensions} dimensions, ${metric}, ${model ?? "of a model that is not known"}`;

/** What readings of all rows found. */
export function readingLines(key: string, readings: readonly Reading[]): readonly string[] {
  const last = readings.at(-1);
  const sum = (of: "embedded" | "removed"): number => readings.reduce((all, each) => all + each[of], 0);
  return [
    `${key}: texts embedded: ${sum("embedded")}, vectors taken away: ${sum("removed")}, readings of all ${last?.rows ?? 0} rows: ${readings.length}`,
    ...(last === undefined || last.without === 0
      ? []
      : [`  rows without a text, which have no vector: ${last.without}`]),
  ];
}

/** What a program reads of a run. */
export interface Facts extends Partial<Compared> {
  /** `<system>/<name>` */
  readonly index: string;
  /** What served before. */
  readonly from?: string;
  readonly to: string;
  readonly rows: number;
  /** Before the switch. */
  readonly readings?: readonly Reading[];
  /** After it. */
  readonly late?: readonly Reading[];
  readonly switched?: boolean;
  readonly dryRun?: boolean;
}

export function told(json: boolean, facts: Facts): void {
  if (json) process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
}
