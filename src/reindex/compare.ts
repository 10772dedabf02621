/** Ids that are near to a vector, the nearest first. */
export type Near = (values: readonly number[], most: number) => Promise<readonly string[]>;

export interface Sample {
  readonly id: string;
  readonly values: readonly number[];
}

/** What sample queries found. Shares are 0 to 1. */
export interface Figures {
  readonly samples: number;
  readonly top: number;
  /** Of the samples, those whose query found anything. */
  readonly answered: number;
  /** Of the samples, those that their own text found. */
  readonly foundThemselves: number;
  /** Of what the old index finds, what the new one finds too; undefined where vectors of one mean nothing in the other. */
  readonly overlap: number | undefined;
}

/** Asks the new index with the vectors of rows that it has, and the old one with the same where both understand them. */
export async function figuresOf(
  samples: readonly Sample[],
  top: number,
  now: Near,
  before: Near | undefined,
): Promise<Figures> {
  let [answered, themselves, common, there] = [0, 0, 0, 0];
  for (const { id, values } of samples) {
    const found = await now(values, top);
    if (found.length > 0) answered++;
    if (found.includes(id)) themselves++;
    if (before === undefined) continue;
    const was = await before(values, top);
    there += was.length;
    common += was.filter((each) => found.includes(each)).length;
  }
  const share = (part: number, of: number): number => (of === 0 ? 1 : part / of);
  return {
    ...{ samples: samples.length, top },
    answered: share(answered, samples.length),
    foundThemselves: share(themselves, samples.length),
    overlap: before === undefined ? undefined : share(common, there),
  };
}

/** What an index has to reach before it is put into the place of another. */
export interface Thresholds {
  readonly leastAnswered: number;
  readonly leastFound: number;
  readonly leastOverlap: number;
  /** Vectors of the old one that no row makes. */
  readonly mostMissing: number;
}

/** What falls short, a sentence each. @param isSameModel whether the overlap has to be held to anything */
export function shortOf(
  { answered, foundThemselves, overlap }: Figures,
  missing: number | undefined,
  least: Thresholds,
  isSameModel: boolean,
): readonly string[] {
  const below = (name: string, is: number, should: number, option: string): readonly string[] =>
    is >= should ? [] : [`${name}: ${percent(is)}, and at least ${percent(should)} is wanted (${option})`];
  return [
    ...below("sample queries that find something", answered, least.leastAnswered, "--least-answered"),
    ...below("rows that their own text finds", foundThemselves, least.leastFound, "--least-found"),
    ...(overlap === undefined || !isSameModel
      ? []
      : below("what both find", overlap, least.leastOverlap, "--least-overlap")),
    ...(missing !== undefined && missing > least.mostMissing
      ? [
          `vectors of the old index that no row makes: ${missing}, and ${least.mostMissing} at most are let go (--most-missing)`,
        ]
      : []),
  ];
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
