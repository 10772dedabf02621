import { expect, test } from "vitest";
import { defineProject } from "../../src/project/project.ts";
import { requestOf } from "./request.ts";

const project = defineProject({ systems: [], stages: [{ name: "prod" }] });
const rate = (...words: readonly string[]) =>
  requestOf("backup", ["prod", "--rows-per-second", ...words], project).rowsPerSecond;

test("a rate is a whole number of rows, and nothing is read at one that is none", () => {
  expect(rate("5000")).toBe(5_000);
  expect(requestOf("backup", ["prod"], project).rowsPerSecond).toBeUndefined();
  for (const text of ["0", "0.5", "1e3", "many", "-1", "05", "9".repeat(12)])
    expect(() => rate(text), text).toThrow("The command line is wrong; nothing was done");
  expect(() => rate("")).toThrow("without a value");
  expect(() => requestOf("drill", ["prod", "--rows-per-second", "5"], project)).toThrow("rows-per-second");
});
