import { expect, test } from "vitest";
import { sweepLength } from "../../../test/suite/sweep-length.ts";
import { checkLossless } from "../testing/lossless.ts";
import { checkSameBehaviour } from "../testing/same-behaviour.ts";

/** How many of each. A counterexample names its seed. */
const runs = sweepLength(1_000);

test("random migrations: what the linter passes never loses a row or a value that it did not name", () => {
  expect(checkLossless(runs).applied).toBeGreaterThan(runs / 40);
}, 7_200_000);

test("random rebuilds: what the linter passes without a word loses no constraint, index or working statement", () => {
  expect(checkSameBehaviour(runs).get("applied")).toBeGreaterThan(runs / 20);
}, 7_200_000);
