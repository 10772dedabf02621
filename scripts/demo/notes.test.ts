import { expect, test } from "vitest";
import { sections } from "./notes.ts";

test("each section is a note named after its file and heading", () => {
  expect(sections("intro\n# A\none\n## B\ntwo\n### C\nthree", "guide")).toEqual([
    { title: "guide", text: "intro" },
    { title: "guide: A", text: "one" },
    { title: "guide: B", text: "two\n### C\nthree" },
  ]);
});

test("a comment in a code block is no heading", () => {
  expect(sections("# A\n```sh\n# not a heading\n```", "guide")).toEqual([
    { title: "guide: A", text: "```sh\n# not a heading\n```" },
  ]);
});

test("a section without text is no note", () => {
  expect(sections("# A\n\n## B\ntext", "guide")).toEqual([{ title: "guide: B", text: "text" }]);
});

test("a table becomes lines, and what a program printed is left out", () => {
  const table = "| danger | what happens |\n|---|---|\n| `a \\| b` | refused |";
  expect(sections(`${table}\n\`\`\`text\n✓ Start\n\`\`\`\nafter`, "guide")).toEqual([
    { title: "guide", text: "danger: what happens\n`a | b`: refused\nafter" },
  ]);
});
