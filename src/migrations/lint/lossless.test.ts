import { expect, test } from "vitest";
import { checkLossless } from "../testing/lossless.ts";

const runs = 400;
/** The same cases in every run, as many of each kind; the deep sweep draws others each time. */
const seed = 20_261_130;

test("what the linter passes never loses a row or a value that it did not name; it passes many, and catches many", () => {
  const counts = checkLossless(runs, seed);
  expect(counts.applied).toBeGreaterThan(runs / 50);
  expect(counts.caught).toBeGreaterThan(runs / 20);
});
