/** A part of a distribution: `mass` of it lies evenly between `from` and `to`, or on one point. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly mass: number;
}

/** What is known of how a quantity is spread: pieces in order, whose masses sum to 1. */
export type Distribution = readonly Piece[];

/** Level (0 to 1) and the value that so much of the quantity lies below, both rising. */
export type Quantiles = readonly (readonly [level: number, value: number])[];

/** Every sample counts alike. */
export const ofSamples = (samples: readonly number[]): Distribution =>
  samples.toSorted((a, b) => a - b).map((value) => ({ from: value, to: value, mass: 1 / samples.length }));

/**
 * The distribution that has these quantiles, even between two of them. Below the first and above the last it goes on as it did
 * beside them; nothing is below 0. Two distributions that are alike are cut alike, so their comparison is none the worse for it.
 */
export function ofQuantiles(quantiles: Quantiles): Distribution {
  const pieces: Piece[] = [];
  const [first, second] = quantiles;
  const [beforeLast, last] = quantiles.slice(-2);
  if (first === undefined || last === undefined) return [];
  const from = Math.max(0, 2 * first[1] - (second ?? first)[1]);
  const to = 2 * last[1] - (beforeLast ?? last)[1];
  const levels: Quantiles = [[0, from], ...quantiles, [1, to]];
  for (const [at, [level, value]] of levels.entries()) {
    const previous = levels[at - 1];
    if (previous !== undefined && level > previous[0])
      pieces.push({ from: previous[1], to: Math.max(value, previous[1]), mass: level - previous[0] });
  }
  return pieces;
}

/** How much of the quantity lies below a value, 0 to 1; half of what lies on it. */
export const shareBelow = (of: Distribution, value: number): number =>
  of.reduce((sum, piece) => sum + piece.mass * partBelow(piece, value), 0);

function partBelow({ from, to }: Piece, value: number): number {
  if (from === to) return value > from ? 1 : value === from ? 0.5 : 0;
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** The value that so much (0 to 1) of the quantity lies below. */
export function quantileOf(of: Distribution, level: number): number {
  let below = 0;
  for (const { from, to, mass } of of) {
    if (below + mass >= level) return from + (to - from) * Math.max(0, (level - below) / mass);
    below += mass;
  }
  return of.at(-1)?.to ?? 0;
}

/** Chance that a draw of `a` is below one of `b`; draws that are equal count half. */
export const chanceBelow = (a: Distribution, b: Distribution): number =>
  b.reduce((sum, piece) => sum + piece.mass * meanShareBelow(a, piece), 0);

/** The mean of {@link shareBelow} over a piece: exact, because it is straight between the ends of pieces. */
function meanShareBelow(a: Distribution, { from, to }: Piece): number {
  if (from === to) return shareBelow(a, from);
  return a.reduce((sum, piece) => sum + piece.mass * meanPartBelow(piece, from, to), 0);
}

function meanPartBelow(piece: Piece, from: number, to: number): number {
  const width = to - from;
  if (piece.from === piece.to) return Math.min(1, Math.max(0, (to - piece.from) / width));
  // The integral of a line from 0 to 1 between the piece's ends, and of 1 behind it.
  const integral = (x: number): number => {
    if (x <= piece.from) return 0;
    const inside = Math.min(x, piece.to) - piece.from;
    return inside ** 2 / (2 * (piece.to - piece.from)) + Math.max(0, x - piece.to);
  };
  return (integral(to) - integral(from)) / width;
}
