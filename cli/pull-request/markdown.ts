/** Characters that change the direction of what follows, or are not seen: a name must not look like another one. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of somebody else's without what nobody would see, each such character as its number. */
export const visible = (said: string): string =>
  said
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(
      unseen,
      (mark) => `<U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`,
    );

/**
 * A text of somebody else's inside a line or a cell, as code: each of its marks is a character reference, which Markdown never takes for syntax. So
 * there is no mention, no link, no further cell and no tag in it, whatever it says.
 */
export const code = (said: string): string =>
  `<code>${visible(said)
    .replace(/\s+/g, " ")
    .replace(/[!-/:-@[-`{-~]/g, (mark) =>
      "/-,'()%=".includes(mark) ? mark : `&#${mark.charCodeAt(0)};`,
    )}</code>`;

/** The same as plain words, for a sentence. */
export const plain = (said: string): string => code(said).slice("<code>".length, -"</code>".length);

/** More of them in a row are nobody's code: the fence around them has to be longer, and has no room. */
const mostTicks = 20;

/** Lines of anybody's in a block of code that nothing in them can end. @param language for the colours: `sql`, `mermaid` */
export function fenced(language: string, lines: readonly string[]): readonly string[] {
  const shown = lines.map((line) =>
    visible(line).replace(/`{3,}/g, (run) =>
      run.length <= mostTicks ? run : `\` (${run.length} of these in a row)`,
    ),
  );
  const longest = shown
    .flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length))
    .reduce((most, length) => Math.max(most, length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...shown.flatMap((line) => line.split("\n")), fence];
}

/** A table; its cells are Markdown. */
export const markdownTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => [
  `| ${head.join(" | ")} |`,
  `|${head.map(() => " --- |").join("")}`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];

/** So much of a text that a line stays a line; how much there was more is said. */
export const clipped = (said: string, most: number): string =>
  said.length <= most
    ? said
    : `${said.slice(0, most).toWellFormed()} … (${said.length - most} characters more)`;
