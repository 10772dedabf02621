/** Long enough to hold a thought, short enough to quote. */
const targetCharacters = 700;

/** A piece of a document: its text, and about how many tokens that is. */
export interface Chunk {
  readonly content: string;
  readonly tokens: number;
}

/** Cuts a document into pieces of at most about 700 characters: between paragraphs, in long ones between sentences, else by length. */
export function chunksOf(text: string): readonly Chunk[] {
  const pieces: string[] = [];
  for (const part of text
    .replaceAll("\r\n", "\n")
    .split(/\n\s*\n/)
    .flatMap(parts)) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= targetCharacters)
      pieces[pieces.length - 1] = `${last}\n\n${part}`;
    else pieces.push(part);
  }
  return pieces.map((content) => ({ content, tokens: Math.ceil(content.length / 4) }));
}

function parts(paragraph: string): readonly string[] {
  const trimmed = paragraph.trim();
  if (trimmed === "") return [];
  if (trimmed.length <= targetCharacters) return [trimmed];
  return trimmed.split(/(?<=[.!?])\s+|\n/).flatMap(byLength);
}

/** Surrogate pairs stay whole. */
function byLength(sentence: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of sentence) {
    if (piece.length + character.length > targetCharacters) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece].filter((each) => each.trim() !== "");
}
