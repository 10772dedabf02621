import { embed, keywords, similarity, words } from "./embed.ts";

const dimensions = 1024;
const quotedSentences = 3;
/** Below this a sentence shares too little with the question to be an answer to it. */
const leastScore = 0.15;
/** Of the best sentence's score: what is far less similar only dilutes the answer. */
const worthQuoting = 0.75;

/**
 * The sentences of `context` that share most with the question, quoted in their own order.
 * Nothing is made up: without such a sentence the answer says so.
 */
export function answerFrom(question: string, context: string): string {
  const ranked = rank(question, sentences(context)).filter(({ score }) => score >= leastScore);
  const best = ranked[0];
  if (best === undefined) return "The text given to me has no sentence that shares words with the question.";
  return ranked
    .slice(0, quotedSentences)
    .filter(({ score }) => score >= best.score * worthQuoting)
    .sort((a, b) => a.at - b.at)
    .map(({ sentence }) => sentence)
    .join(" ");
}

interface Ranked {
  readonly sentence: string;
  readonly at: number;
  readonly score: number;
}

/**
 * Best first. Half of a score is how many of the question's words the sentence has, the rare ones of this text counting
 * more; half is the likeness as a whole, which knows inflections and prefers short sentences.
 */
function rank(question: string, candidates: readonly string[]): readonly Ranked[] {
  const asked = embed(question, dimensions);
  const wanted = [...keywords(question)];
  const present = candidates.map(keywords);
  const rarity = new Map(
    wanted.map((word) => [
      word,
      Math.log(1 + candidates.length / (1 + present.filter((has) => has.has(word)).length)),
    ]),
  );
  const total = wanted.reduce((sum, word) => sum + (rarity.get(word) ?? 0), 0);
  return candidates
    .map((sentence, at) => {
      const found = wanted.reduce(
        (sum, word) => sum + (present[at]?.has(word) === true ? (rarity.get(word) ?? 0) : 0),
        0,
      );
      const covered = total === 0 ? 0 : found / total;
      return { sentence, at, score: (covered + similarity(asked, embed(sentence, dimensions))) / 2 };
    })
    .sort((a, b) => b.score - a.score || a.at - b.at);
}

/** The sentences that share most with the text as a whole. */
export function summaryOf(text: string, count = quotedSentences): string {
  const whole = embed(text, dimensions);
  return sentences(text)
    .map((sentence, at) => ({ sentence, at, score: similarity(whole, embed(sentence, dimensions)) }))
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, count)
    .sort((a, b) => a.at - b.at)
    .map(({ sentence }) => sentence)
    .join(" ");
}

/**
 * Cuts a text at sentence ends, blank lines, list items and table rows. Headings, code, drawings and lines of fewer than
 * three words say nothing by themselves.
 */
export function sentences(text: string): string[] {
  return text
    .replace(/^```[\s\S]*?^```/gm, "\n\n")
    .replace(/^.*[\u2500-\u257f].*$/gm, "\n")
    .split(/\n\s*\n|\n(?=\s*(?:[-*+|#>]|\d+[.)]\s))/)
    .filter((block) => !/^\s*#/.test(block) || block.includes("\n"))
    .map((block) => block.replace(/^\s*#.*\n/, ""))
    .flatMap((block) =>
      block
        .replace(/\s+/g, " ")
        .trim()
        .split(/(?<=[.!?…])\s+(?=[\p{Lu}\p{N}"'`*([])/u),
    )
    .map((sentence) => sentence.replace(/^(?:[-*+>]|\d+[.)])\s+/, "").trim())
    .filter((sentence) => words(sentence).length >= 3 && !isCode(sentence));
}

/** A line of a program that lost its fence when the text was cut in pieces. */
const isCode = (sentence: string): boolean =>
  (sentence.match(/[{}()[\];=<>]/g)?.length ?? 0) > sentence.length / 20;
