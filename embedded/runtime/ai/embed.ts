/** Words that say little about a text: they count a fifth. */
const commonWords = new Set(
  "a about after all also an and any are as at be because been before but by can could did do does for from had has have he her his how i if in into is it its just me more most my no not of on one only or other our out over she should so some such than that the their them then there these they this those through to too under up use very was we were what when where which who why will with would you your".split(
    " ",
  ),
);
const commonWordWeight = 0.2;
/** Character n-grams stand for inflections and spelling (deploy, deployed, deployment); together they count less than the word. */
const gramLengths = [3, 4, 5];
const gramWeight = 0.35;
const pairWeight = 0.5;
const stemWeight = 0.8;
/** Each feature lies in several dimensions: two that meet in one of them by chance are then still far apart in the others. */
const spreadOver = 4;

/**
 * A text as a point of length 1: words, neighbouring words and parts of words, each hashed to one dimension and one sign.
 * The same text is always the same point. Texts that share words are near each other; synonyms are not known.
 */
export function embed(text: string, dimensions: number, maximumTokens = Number.POSITIVE_INFINITY): number[] {
  const vector = new Float64Array(dimensions);
  for (const [feature, weight] of features(text, maximumTokens)) {
    for (let spread = 0; spread < spreadOver; spread++) {
      const at = hash32(`${spread}${feature}`) % dimensions;
      const sign = hash32(`${feature}${spread}`) & 1 ? 1 : -1;
      vector[at] = (vector[at] ?? 0) + sign * weight;
    }
  }
  let length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  if (length === 0) {
    // A text without a word still has to be a point, and not one that is near to others.
    vector[hash32(text) % dimensions] = 1;
    length = 1;
  }
  // As 32-bit numbers, which is what every index stores: written and read they are the same.
  return Array.from(vector, (x) => Math.fround(x / length));
}

/** Cosine of two embeddings of length 1. */
export function similarity(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Lower-case words and numbers, in order. */
export function words(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []
  );
}

/** The words of a text that say something, each without its ending. */
export const keywords = (text: string): ReadonlySet<string> =>
  new Set(
    words(text)
      .filter((word) => !commonWords.has(word))
      .map(stem),
  );

function features(text: string, maximumTokens: number): Map<string, number> {
  const counts = new Map<string, { n: number; weight: number }>();
  const count = (feature: string, weight: number): void => {
    const known = counts.get(feature);
    if (known === undefined) counts.set(feature, { n: 1, weight });
    else known.n++;
  };
  let previous = "";
  for (const word of words(text).slice(0, maximumTokens)) {
    const isCommon = commonWords.has(word);
    count(`w:${word}`, isCommon ? commonWordWeight : 1);
    if (!isCommon && stem(word) !== word) count(`w:${stem(word)}`, stemWeight);
    if (previous !== "" && !isCommon) count(`p:${previous} ${word}`, pairWeight);
    if (!isCommon) {
      const grams = gramsOf(word);
      for (const gram of grams) count(`g:${gram}`, gramWeight / Math.sqrt(grams.length / 3));
      previous = word;
    }
  }
  return new Map([...counts].map(([feature, { n, weight }]) => [feature, weight * (1 + Math.log(n))]));
}

/** The English word without its ending, roughly: deploys, deployed and deploying become deploy. */
function stem(word: string): string {
  const short = word.replace(/(?:ies|ied)$/, "y").replace(/(?<=[a-z]{3})(?:ing|ed|es|s|e)$/, "");
  return short.replace(/([b-df-hj-np-tv-z])\1$/, "$1");
}

function gramsOf(word: string): string[] {
  const padded = [..."^", ...word, ..."$"];
  return gramLengths.flatMap((length) =>
    Array.from({ length: Math.max(0, padded.length - length + 1) }, (_, i) =>
      padded.slice(i, i + length).join(""),
    ),
  );
}

/** FNV-1a, finished as MurmurHash does, because the low bits of FNV alone are uneven. */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
