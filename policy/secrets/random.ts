/** Bits that a character of the text tells: its Shannon entropy. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}

/** Share of the text that reads as words: runs of letters with a vowel in them, as camelCase, snake_case and paths have. */
function wordShare(text: string): number {
  const words = text.match(/[A-Z]?[a-z]{3,}|[A-Z]{4,}/g) ?? [];
  const read = words.filter((word) => /[aeiouy]/i.test(word) && !/[^aeiouy]{5}/i.test(word));
  return read.join("").length / text.length;
}

const mixed = (text: string): number =>
  [/[a-z]/, /[A-Z]/, /\d/].filter((letters) => letters.test(text)).length;

/** Hexadecimal digits, of 16 bytes or more, that no counter and no pattern wrote. */
export const isRandomHex = (text: string, least = 32): boolean =>
  new RegExp(`^(?:0x)?[0-9a-f]{${least},}$`, "i").test(text) &&
  /[a-f]/i.test(text) &&
  /\d/.test(text) &&
  entropyBits(text) > (least < 32 ? 2.5 : 3);

/** Base64, base64url or letters and digits, as long as a key of 20 bytes or more, in which no words can be read. */
export const isRandomText = (text: string, least = 30): boolean =>
  new RegExp(`^[A-Za-z0-9+/_-]{${least},}={0,2}$`).test(text) &&
  mixed(text) >= 2 &&
  /\d/.test(text) &&
  wordShare(text) < (mixed(text) === 3 ? 0.45 : 0.3) &&
  entropyBits(text) > (least < 30 ? 2.8 : 3.8);

/** For a variable whose name already raises the question: shorter is enough. */
export const looksLikeKey = (text: string): boolean =>
  isRandomHex(text, 12) || isRandomText(text, 10) || /^[A-Z0-9]{4,}(?:-[A-Z0-9]{4,}){2,}$/.test(text);
