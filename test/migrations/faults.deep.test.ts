import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepLength } from "../suite/sweep-length.ts";
import { accounts, type Counted, counted } from "./testing/counted.ts";
import { countedFiles, runSchedule, violations } from "./testing/schedule.ts";

let world: Counted;
beforeAll(async () => {
  world = await counted();
});
afterAll(() => world.close());

const files = countedFiles(4);
const from = 1_000;
const schedules = sweepLength(100);

test(`${schedules} more schedules of faults`, { timeout: 7_200_000 }, async () => {
  for (let seed = from; seed < from + schedules; seed++) {
    const endpoint = await world.database();
    await runSchedule(seed, endpoint, files);
    expect(await violations(endpoint, files, accounts), `seed ${seed}`).toEqual([]);
  }
});
