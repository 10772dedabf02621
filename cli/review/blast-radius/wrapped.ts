/** A text in lines of so many characters, broken at spaces alone: a name that is longer stays whole, and so does what has a no-break space in it. */
export function wrapped(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? "";
  let isFirst = true;
  for (const word of text.trim().split(/ +/)) {
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
    isFirst = false;
  }
  return [...lines, line].map((each) => each.replaceAll("\u00a0", " "));
}
