import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
const tops = /^(cli|docs|embedded|entry|policy|scripts|src|test|toolchain|workers)\//;

/** Paths from the top of the repository that a text names in back-ticks. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] ?? "")
    .filter((path) => tops.test(path) && !/[<{*]/.test(path));

test("every file and folder that docs/architecture.md names is there", () => {
  const paths = named(page);
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("every folder of the map is there, and every folder of src/, embedded/ and the migrations is on it", () => {
  const map = page.split("```")[1] ?? "";
  const folders: string[] = [];
  const open: string[] = [];
  for (const [, indent = "", name = ""] of map.matchAll(/^((?: {2}){0,2})((?:[a-z0-9-]+\/ ?)+)(?: |$)/gm)) {
    open.length = indent.length / 2;
    for (const each of name.trim().split(" ")) folders.push([...open, each].join(""));
    open.push(name.trim().split(" ")[0] ?? "");
  }
  expect(folders.length).toBeGreaterThan(35);
  expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
  for (const parent of ["src/", "src/migrations/", "embedded/"])
    expect(below(parent)).toEqual(children(parent, folders));
});

const children = (parent: string, folders: readonly string[]): readonly string[] =>
  folders
    .filter((folder) => folder.startsWith(parent) && folder.slice(parent.length).split("/").length === 2)
    .sort();

const below = (parent: string): readonly string[] =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}${name}/`)
    .sort();
