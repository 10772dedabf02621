import { expect, test } from "vitest";
import { sweepLength } from "../suite/sweep-length.ts";
import { violations } from "./simulated.ts";

/** Releases in memory, of which anything may come between any two lines of the journal: kills, refusals, wishes, clocks, metrics. */
const seeds = sweepLength(1_000);

test("whatever happens, users meet the plan alone, and a release ends as its journal says", async () => {
  for (let seed = 0; seed < seeds; seed++) expect(await violations(seed)).toEqual([]);
}, 3_600_000);
