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

/** Cuts Markdown at its headings of the first two levels; what stands before the first heading belongs to the file. */
export function sections(markdown: string, file: string): DemoNote[] {
  const notes: { title: string; lines: string[] }[] = [{ title: file, lines: [] }];
  let inFence = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (line.startsWith("```")) inFence = !inFence;
    const heading = inFence ? null : /^#{1,2} (.+)$/.exec(line);
    if (heading === null) notes.at(-1)?.lines.push(line);
    else notes.push({ title: `${file}: ${heading[1] ?? ""}`, lines: [] });
  }
  return notes
    .map(({ title, lines }) => ({ title, text: lines.join("\n").trim() }))
    .filter(({ text }) => text !== "");
}
