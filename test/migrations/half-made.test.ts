import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { databaseOf, planLive } from "../../src/migrations/plan/job.ts";
import { type LiveJob, liveJob } from "./testing/live-job.ts";

vi.setConfig({ testTimeout: 300_000 });

let embedded: Embedded;
let live: LiveJob;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  live = await liveJob(embedded, "half-made");
});
afterAll(async () => {
  live.remove();
  await embedded.close();
});

test("a new database whose first run failed half-way is still new, but rows that came into it meanwhile are safe", async () => {
  live.write("0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);\n");
  live.write("0002_more.sql", "-- d1:verify never\n-- SELECT 0\nALTER TABLE notes ADD COLUMN more TEXT;\n");
  await expect(live.migrate()).rejects.toThrow(/verify: never/);
  await rows(databaseOf(live.job), ["INSERT INTO notes (title) VALUES ('imported by hand')"]);
  live.write("0002_more.sql", "DROP TABLE notes;\n");
  await expect(live.migrate()).rejects.toThrow(/DL1/);
  live.write("0002_more.sql", "-- d1:phase contract\nALTER TABLE notes ADD COLUMN more TEXT;\n");
  expect((await planLive(live.job)).isNew).toBe(true);
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0002_more.sql"]);
  expect(await rows(databaseOf(live.job), ["SELECT title, more FROM notes"])).toEqual([
    [{ title: "imported by hand", more: null }],
  ]);
  expect((await planLive(live.job)).isNew).toBe(false);
});
