import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../structure/imports.ts";
import { secondsOf } from "./longest-first.ts";
import { seconds } from "./seconds.ts";

test("every file whose time is known is there", () => {
  expect(Object.keys(seconds).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("they are listed as they are started, the longest first", () => {
  const listed = Object.values(seconds);
  expect(listed.length).toBeGreaterThan(10);
  expect(listed).toEqual(listed.toSorted((a, b) => b - a));
});

test("a deep file that nobody measured starts before the short ones, a quick one after the long ones", () => {
  expect(secondsOf("test/new.deep.test.ts")).toBeGreaterThan(60);
  expect(secondsOf("test/new.test.ts")).toBeLessThan(secondsOf("embedded/main.test.ts"));
});
