import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accounts, type Counted, counted } from "./testing/counted.ts";
import { countedFiles, runSchedule, violations } from "./testing/schedule.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

let world: Counted;
beforeAll(async () => {
  world = await counted();
});
afterAll(() => world.close());

const files = countedFiles(4);
const schedules = 25;

test(`${schedules} schedules of kills, rivals and a faulty network end with every file applied exactly once`, async () => {
  for (let seed = 1; seed <= schedules; seed++) {
    const endpoint = await world.database();
    await runSchedule(seed, endpoint, files);
    expect(await violations(endpoint, files, accounts), `seed ${seed}`).toEqual([]);
  }
});
