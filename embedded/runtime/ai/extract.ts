import { embed, similarity, words } from "./embed.ts";

const dimensions = 1024;
const quotedSentences = 3;
/** Below this a sentence shares too little with the question to be an answer to it. */
const leastSimilarity = 0.08;

/**
 * The sentences of `context` that share most with the question, quoted in their own order.
 * Nothing is made up: without such a sentence the answer says so.
 */
export function answerFrom(question: string, context: string): string {
  const asked = embed(question, dimensions);
  const ranked = sentences(context)
    .map((sentence, at) => ({ sentence, at, score: similarity(asked, embed(sentence, dimensions)) }))
    .filter(({ score }) => score >= leastSimilarity)
    .sort((a, b) => b.score - a.score || a.at - b.at);
  const best = ranked[0];
  if (best === undefined) return "The text given to me has no sentence that shares words with the question.";
  // A sentence far less similar than the best one only dilutes the answer.
  const chosen = ranked.slice(0, quotedSentences).filter(({ score }) => score >= best.score / 2);
  return chosen
    .sort((a, b) => a.at - b.at)
    .map(({ sentence }) => sentence)
    .join(" ");
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

/** Cuts a text at sentence ends, blank lines, list items and table rows. Headings and lines of fewer than three words say nothing by themselves. */
export function sentences(text: string): string[] {
  return text
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
    .filter((sentence) => words(sentence).length >= 3);
}
