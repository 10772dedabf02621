/** The beginning of a text, in whole sentences; where not even the first one fits, in whole words. `…` stands for what is left out. */
export function wholeSentences(text: string, most: number): string {
  if (text.length <= most) return text;
  const sentences = text.split(/(?<=[.!?;])\s+/);
  const kept = fitting(sentences, most - left.length);
  const shown = kept === "" ? fitting(text.split(/\s+/), most - left.length) : kept;
  // One word that is longer than that is no word.
  return `${shown === "" ? text.slice(0, most - left.length).toWellFormed() : shown}${left}`;
}

const left = " …";

function fitting(parts: readonly string[], most: number): string {
  let kept = "";
  for (const part of parts) {
    const longer = kept === "" ? part : `${kept} ${part}`;
    if (longer.length > most) return kept;
    kept = longer;
  }
  return kept;
}
