import { expect, test } from "vitest";
import { fitted } from "./screen.ts";

test("a frame has a row for each line, on a screen of any size, and ends with what happens now", () => {
  const lines = ["Release r of prod", "", "  error-rate: no metrics\ncame, and that at length", "now"];
  expect(fitted(lines, { columns: 20, rows: 24 })).toEqual([
    "Release r of prod",
    "",
    "  error-rate: no me…",
    "now",
  ]);
  expect(fitted(lines, { columns: 20, rows: 3 })).toEqual(["Release r of prod", "now"]);
  expect(fitted(lines, { columns: 0, rows: undefined })).toHaveLength(4);
});
