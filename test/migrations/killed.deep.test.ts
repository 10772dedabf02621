import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import type { Step } from "../../src/migrations/protocol/apply.ts";
import { type LiveJob, liveJob } from "./testing/live-job.ts";

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(() => embedded.close());

/** Runs until it is killed at the step. */
async function killedAt({ job }: LiveJob, step: Step, passes: number): Promise<void> {
  const runner = spawn(
    process.execPath,
    [join(import.meta.dirname, "testing/killed-runner.ts"), JSON.stringify(job), step, String(passes)],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  runner.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const [, signal] = await once(runner, "close");
  expect(signal, `${step} was never reached; it said: ${said}`).toBe("SIGKILL");
}

const trigger = "CREATE TRIGGER counted AFTER INSERT ON effects BEGIN UPDATE totals SET n = n + 1; END;";
const counts = '-- d1:data-loss "the trigger counts"\n';
const files: Readonly<Record<string, string>> = {
  "0001_tables.sql":
    "CREATE TABLE effects (file TEXT);\nCREATE TABLE totals (n INTEGER NOT NULL);\nINSERT INTO totals VALUES (0);\n",
  "0002_trigger.sql": `${trigger}\n${counts}INSERT INTO effects VALUES ('0002');\n`,
  "0003_more.sql": `${counts}INSERT INTO effects VALUES ('0003');\n`,
};

const points: readonly (readonly [Step, number])[] = [
  ["bootstrap", 0],
  ["lease", 0],
  ["replan", 0],
  ["bookmark", 0],
  ["bookmark", 1],
  ["send", 0],
  ["send", 1],
  ["send", 2],
  ["readBack", 0],
  ["readBack", 1],
  ["readBack", 2],
  ["renew", 0],
  ["renew", 1],
  ["release", 0],
];

for (const [step, passes] of points) {
  test(`kill -9 at ${step} ${passes + 1}: the next run finishes, each file exactly once`, async () => {
    const live = await liveJob(embedded, `killed-${step.toLowerCase()}-${passes}`);
    for (const [name, sql] of Object.entries(files)) live.write(name, sql);
    await killedAt(live, step, passes);
    const database = databaseOf(live.job);
    if (step !== "bootstrap") await rows(database, ["UPDATE _mig_lock SET expires_at = 0 WHERE id = 1"]); // the dead runner's lease ends
    await live.migrate();
    expect(
      await rows(database, [
        "SELECT name FROM d1_migrations ORDER BY id",
        "SELECT file FROM effects ORDER BY file",
        "SELECT n FROM totals",
        "SELECT count(*) AS n FROM _mig_log",
      ]),
    ).toEqual([
      Object.keys(files).map((name) => ({ name })),
      [{ file: "0002" }, { file: "0003" }],
      [{ n: 2 }],
      [{ n: 3 }],
    ]);
    const scripts = await fetch(`${embedded.api}/accounts/${live.job.accountId}/workers/scripts`, {
      headers: { authorization: `Bearer ${embedded.token}` },
    });
    expect(JSON.parse(await scripts.text()).result).toEqual([]);
    live.remove();
  });
}
