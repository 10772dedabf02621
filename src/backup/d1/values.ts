/** A row's values, each as its SQL literal; `line` is what a page has: literals with commas between them. */
export function valuesOf(line: string): readonly string[] {
  const values: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const sign = line[at];
    // A quote within a text is doubled, so that it ends and begins again.
    if (sign === "'") at = line.indexOf("'", at + 1);
    else if (sign === "(") depth++;
    else if (sign === ")") depth--;
    else if (sign === "," && depth === 0) {
      values.push(line.slice(start, at));
      start = at + 1;
    }
  }
  values.push(line.slice(start));
  return values;
}

/** What the splitter of D1's `/query` was seen, or may be feared, to misread within a text. */
const risky = /;|--|\/\*|\\|\r|\b(?:begin|case|end)\b/i;

/** The same row, its texts in hexadecimal where they could be taken for the end of a statement. */
export const unmistakable = (line: string): string =>
  risky.test(line)
    ? valuesOf(line)
        .map((value) => (value.startsWith("'") && risky.test(value) ? hexadecimal(value) : value))
        .join(",")
    : line;

const hexadecimal = (text: string): string =>
  `CAST(X'${Buffer.from(text.slice(1, -1).replaceAll("''", "'")).toString("hex")}' AS TEXT)`;

/** The bytes of a text or blob; undefined of a number or NULL. */
export function bytesOf(value: string): { readonly bytes: Buffer; readonly isText: boolean } | undefined {
  if (value.startsWith("'"))
    return { bytes: Buffer.from(value.slice(1, -1).replaceAll("''", "'")), isText: true };
  const hex = /^(CAST\()?X'([0-9a-fA-F]*)'/.exec(value);
  if (hex === null) return undefined;
  return { bytes: Buffer.from(hex[2] ?? "", "hex"), isText: hex[1] !== undefined };
}
