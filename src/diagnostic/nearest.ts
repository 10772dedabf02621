/**
 * The word that was probably meant: equal but for capitals and what parts its words, or else with few letters that are wrong; undefined
 * where none is near.
 */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const [best] = words
    .map((word) => ({ word, wrong: distance(plain(typed), plain(word)) }))
    .sort((a, b) => a.wrong - b.wrong);
  return best !== undefined && best.wrong <= Math.max(1, Math.floor(typed.length / 3))
    ? best.word
    : undefined;
}

/** Letters to put in, take out or change (Levenshtein). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
