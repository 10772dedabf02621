import { distance } from "../../diagnostic/nearest.ts";

/** Of the names, those that one may have been meant for: at most three, the nearest first. */
export function nearest(name: string, names: readonly string[]): readonly string[] {
  const folded = name.toLowerCase();
  return [...new Set(names)]
    .map((each) => ({ each, far: distance(folded, each.toLowerCase()) }))
    .filter(({ each, far }) => far <= Math.max(2, Math.floor(each.length / 3)))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ each }) => each);
}
