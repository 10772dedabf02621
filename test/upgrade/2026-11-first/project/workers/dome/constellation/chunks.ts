/** Long enough to hold a thought, short enough to quote. */
const targetCharacters = 700;

/** Cuts a text at paragraphs (a long paragraph at sentences) into pieces of about 700 characters, in order, losing nothing but white space. */
export function chunks(text: string): string[] {
  const pieces: string[] = [];
  let current = "";
  for (const part of text.split(/\n\s*\n/).flatMap(sentencesOfLong)) {
    if (current !== "" && current.length + part.length + 2 > targetCharacters) {
      pieces.push(current);
      current = "";
    }
    current = current === "" ? part : `${current}\n\n${part}`;
  }
  if (current !== "") pieces.push(current);
  return pieces;
}

function sentencesOfLong(paragraph: string): string[] {
  const trimmed = paragraph.trim();
  if (trimmed === "") return [];
  if (trimmed.length <= targetCharacters) return [trimmed];
  return trimmed.split(/(?<=[.!?])\s+|\n/).flatMap(fixedLength);
}

/** A "sentence" without an end (a table, a minified line) is cut by length alone. */
function fixedLength(sentence: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < sentence.length; at += targetCharacters)
    pieces.push(sentence.slice(at, at + targetCharacters));
  return pieces.filter((piece) => piece.trim() !== "");
}
