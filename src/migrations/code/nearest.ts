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

/** How many letters have to be put in, left out or changed to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
