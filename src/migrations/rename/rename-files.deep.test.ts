import { expect, test } from "vitest";
import { sweepLength } from "../../../test/suite/sweep-length.ts";
import { checkRenames } from "../testing/same-under-both-names.ts";

/** A counterexample names its seed. */
const runs = sweepLength(300);

test("random tables are renamed without a lost value, a wrong answer or a refused statement", () => {
  expect(checkRenames(runs).get("renamed")).toBeGreaterThan(runs / 2);
}, 7_200_000);
