import { expect, test } from "vitest";
import { checkLossless } from "../testing/lossless.ts";

const runs = 400;

test("what the linter passes never loses a row or a value that it did not name; it passes many, and catches many", () => {
  const counts = checkLossless(runs);
  expect(counts.applied).toBeGreaterThan(runs / 50);
  expect(counts.caught).toBeGreaterThan(runs / 20);
});
