import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../imports.ts";
import { seconds } from "./seconds.ts";

test("every file whose time is known is there", () => {
  expect(Object.keys(seconds).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("they are listed as they are started, the longest first", () => {
  const listed = Object.values(seconds);
  expect(listed.length).toBeGreaterThan(10);
  expect(listed).toEqual(listed.toSorted((a, b) => b - a));
});
