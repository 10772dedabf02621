/** Numbers below 1 that are always the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

/** How many of `of` happen at this chance each: exact, by the gaps between those that do. */
export function binomial(random: Random, of: number, chance: number): number {
  if (chance <= 0) return 0;
  let happened = 0;
  for (let at = gap(random, chance); at <= of; at += gap(random, chance)) happened += 1;
  return happened;
}

const gap = (random: Random, chance: number): number =>
  Math.floor(Math.log1p(-random()) / Math.log1p(-chance)) + 1;
