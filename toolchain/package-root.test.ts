import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeFile, codeRoot, packageRoot } from "./package-root.ts";

test("in this repository the code lies where package.json does", () => {
  expect(packageRoot).toBe(codeRoot);
  expect(existsSync(join(packageRoot, "package.json"))).toBe(true);
});

test("a module of the library is found by its place in the repository", () => {
  expect(codeFile("embedded/main")).toBe(join(codeRoot, "embedded", "main.ts"));
});
