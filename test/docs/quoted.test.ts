import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOf } from "../../cli/init/files.ts";
import { packageRoot } from "../../toolchain/package-root.ts";

/** Written from the docstrings, and held to them and to the types by its own tests. */
const generated = ["docs/reference.md"];
/** Languages of files; what a person types, and what a command answers, is no part of one. */
const languages = ["ts", "sql", "yaml", "json"];

const pages = globSync(["README.md", "CONTRIBUTING.md", "docs/*.md"], { cwd: packageRoot }).filter(
  (page) => !generated.includes(page),
);
const files = [
  ...globSync("docs/examples/**/*.{ts,sql,yaml}", { cwd: packageRoot }).map((path) =>
    readFileSync(join(packageRoot, path), "utf8"),
  ),
  ...Object.values(filesOf({ name: "my-notes", date: "2026-06-01" })),
];

/** Lines without the white space that all of them begin with: a part of a file is quoted from the margin. */
function lines(text: string): readonly string[] {
  const all = text.replace(/\n+$/, "").split("\n");
  const margins = all.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const margin = Math.min(...margins);
  return all.map((line) => line.slice(margin));
}

/** Whether the block is a run of whole lines of the file. */
function isPartOf(file: string, block: string): boolean {
  const wanted = lines(block);
  const all = file.split("\n");
  return all.some(
    (_, start) => lines(all.slice(start, start + wanted.length).join("\n")).join("\n") === wanted.join("\n"),
  );
}

const blocks = pages.flatMap((page) =>
  [...readFileSync(join(packageRoot, page), "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, language = ""]) => languages.includes(language))
    .map(([, , text = ""]) => ({ page, text })),
);

test("every piece of a file in README and docs is a part of a real one", () => {
  expect(blocks.length).toBeGreaterThan(5);
  expect(blocks.filter(({ text }) => !files.some((file) => isPartOf(file, text)))).toEqual([]);
});

test("a piece of no file would be seen, and half a line is none", () => {
  const file = "a\n  const one = 1;\n  const two = 2;\nb\n";
  expect(isPartOf(file, "const one = 1;\nconst two = 2;\n")).toBe(true);
  expect(isPartOf(file, "const one = 1;\n")).toBe(true);
  expect(isPartOf(file, "const one = 1\n")).toBe(false);
  expect(isPartOf(file, "const two = 2;\nconst one = 1;\n")).toBe(false);
});
