import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface DemoNote {
  readonly title: string;
  readonly text: string;
}

/** The project's own documentation as notes: one a section. */
export function documentationNotes(projectDirectory: string): DemoNote[] {
  const docs = join(projectDirectory, "docs");
  const files = [
    join(projectDirectory, "README.md"),
    ...readdirSync(docs)
      .filter((name) => name.endsWith(".md"))
      .sort()
      .map((name) => join(docs, name)),
  ];
  return files.flatMap((file) => sections(readFileSync(file, "utf8"), basename(file, ".md")));
}

/**
 * Cuts Markdown at its headings of the first two levels; what stands before the first heading belongs to the file. A table's rows become
 * lines, and `text` blocks, which show what a program printed, are left out: they would be the best answer to the question they show.
 */
export function sections(markdown: string, file: string): DemoNote[] {
  const notes: { title: string; lines: string[] }[] = [{ title: file, lines: [] }];
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const ends = fence !== undefined && line === "```";
    if (fence === undefined && line.startsWith("```")) fence = line;
    const heading = fence === undefined ? /^#{1,2} (.+)$/.exec(line) : null;
    const plain = fence === undefined ? tableRow(line) : fence === "```text" ? undefined : line;
    if (ends) fence = undefined;
    if (heading === null) notes.at(-1)?.lines.push(...(plain === undefined ? [] : [plain]));
    else notes.push({ title: `${file}: ${heading[1] ?? ""}`, lines: [] });
  }
  return notes
    .map(({ title, lines }) => ({ title, text: lines.join("\n").trim() }))
    .filter(({ text }) => text !== "");
}

/** `| a | b |` as "a: b"; undefined for the line under a table's head. Any other line as it is. */
function tableRow(line: string): string | undefined {
  if (!/^\|.*\|$/.test(line)) return line;
  if (/^\|[-:| ]+\|$/.test(line)) return undefined;
  const cells = line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
  return cells.filter((cell) => cell !== "").join(": ");
}
