import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = dirname(dirname(import.meta.dirname));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const list = z.record(z.string(), z.string());
const { dependencies, devDependencies } = z
  .object({ dependencies: list, devDependencies: list })
  .parse(JSON.parse(read("package.json")));

/** The packages that a table of the document explains; `@types/*` stands for all of them. */
const explained = (section: string): readonly string[] =>
  section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""))
    .toSorted();

const names = (packages: Readonly<Record<string, string>>): readonly string[] =>
  [...new Set(Object.keys(packages).map((name) => name.replace(/^@types\/.*/, "@types/*")))].toSorted();

const [forUse = "", forDevelopment = ""] = read("docs/dependencies.md").split("For development only:");

test("the document on dependencies explains each of them, and no other", () => {
  expect(explained(forUse)).toEqual(names(dependencies));
  expect(explained(forDevelopment)).toEqual(names(devDependencies));
});

test("every dependency is pinned to one version", () => {
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
});
