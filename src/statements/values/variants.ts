/** Which way the code went: `if:812` → 0 for its first branch. Two values that went different ways at one place never meet. */
export type Ways = ReadonlyMap<string, number>;

/** One of the values that an expression can have. */
export interface Variant<Value> {
  readonly value: Value;
  readonly ways: Ways;
}
export type Variants<Value> = readonly Variant<Value>[];

/** More ways than this through one expression are not followed. */
const most = 2_000;

/** Thrown where an expression has more values than are worth looking at. */
export class TooMany extends Error {}

export const only = <Value>(value: Value): Variants<Value> => [{ value, ways: new Map() }];

/** Every pair that can meet. */
export function paired<A, B, C>(a: Variants<A>, b: Variants<B>, pair: (a: A, b: B) => C): Variants<C> {
  if (a.length * b.length > most * 10) throw new TooMany();
  const all = a.flatMap((left) =>
    b.flatMap((right) => {
      const ways = together(left.ways, right.ways);
      return ways === undefined ? [] : [{ value: pair(left.value, right.value), ways }];
    }),
  );
  if (all.length > most) throw new TooMany();
  return all;
}

/** The values of each alternative, which remember that they are of it. */
export const alternatives = <Value>(place: string, each: readonly Variants<Value>[]): Variants<Value> =>
  each.flatMap((values, way) => along(values, new Map([[place, way]])));

/** Those of the values that can be had on the given ways. */
export const along = <Value>(values: Variants<Value>, ways: Ways): Variants<Value> =>
  values.flatMap(({ value, ways: own }) => {
    const both = together(own, ways);
    return both === undefined ? [] : [{ value, ways: both }];
  });

function together(a: Ways, b: Ways): Ways | undefined {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  for (const [place, way] of b) if ((a.get(place) ?? way) !== way) return undefined;
  return new Map([...a, ...b]);
}
