import { expect, test } from "vitest";
import { checkLossless } from "../testing/lossless.ts";

test("10,000 random migrations: what the linter passes never loses a row that it did not name", () => {
  const counts = checkLossless(10_000);
  expect(counts.applied).toBeGreaterThan(500);
}, 600_000);
