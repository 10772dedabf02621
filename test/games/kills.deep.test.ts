import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ran } from "../../harness/run.ts";
import { isRunning } from "../../src/process/is-running.ts";
import { type Progress, progressOf } from "../../src/release/driver/progress.ts";
import { journalOf, releasesIn } from "../../src/release/journal/journal.ts";
import { releasesFolder, underWay } from "../../src/release/journal/under-way.ts";
import { runningEmbedded } from "../../toolchain/embedded/embedded.ts";
import { placesOf } from "../../toolchain/project.ts";
import type { Clone } from "../clone.ts";
import { random } from "../migrations/testing/schedule.ts";
import { sweepLength } from "../suite/sweep-length.ts";
import { mixed, outsideThePlan, served, sharesOf } from "./plan.ts";
import { driverOf, embeddedOf, engineOf } from "./processes.ts";
import { bump, gamesStage } from "./stage.ts";
import { type Users, users } from "./users.ts";

/** Releases of good versions, under users who ask all the time; their driver, engine and embedded Cloudflare are killed at random moments. */
const kills = sweepLength(6);
const chance = random(kills);
let project: Clone;
let people: Users;
let journals = "";

beforeAll(async () => {
  project = await gamesStage({ steps: [{ percent: 50 }, { percent: 100 }] });
  journals = releasesFolder(project.folder, "embedded", "dev");
  // From here on a process of its own serves, which can be killed: the next command starts it.
  await project.embedded.close();
  const up = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  people = users(`http://web-dev.dev.localhost:${project.embedded.frontPort}/`, 1);
});
afterAll(async () => {
  await people.end();
  const pid = embeddedOf(project.folder);
  if (pid !== undefined) process.kill(pid, "SIGTERM");
  while (pid !== undefined && isRunning(pid)) await sleep(50);
  await project.remove();
});

const targets = { driver: driverOf, engine: engineOf, embedded: embeddedOf };
const names = ["driver", "engine", "embedded"] as const;

/** When nobody may have been there to answer. */
const outages: { readonly fromMs: number; toMs: number }[] = [];
let killed = 0;

/** Kills one of the three at a random moment; undefined where the command had ended before. */
async function killAtRandom(ended: () => boolean): Promise<string | undefined> {
  const afterMs = chance() * 6_000;
  const name = names[Math.floor(chance() * names.length)] ?? "driver";
  for (const until = Date.now() + afterMs; Date.now() < until && !ended(); ) await sleep(20);
  // An engine runs for a part of the time only.
  let pid = targets[name](project.folder);
  for (; (pid === undefined || !isRunning(pid)) && !ended(); pid = targets[name](project.folder))
    await sleep(20);
  if (pid === undefined || ended()) return undefined;
  process.kill(pid, "SIGKILL");
  killed += 1;
  if (name === "embedded") outages.push({ fromMs: Date.now() - 100, toMs: Number.POSITIVE_INFINITY });
  return `${name} after ${Math.round(afterMs)} ms`;
}

/** Drives a release from its beginning to its end, however often it is killed. */
async function throughKills(): Promise<{ readonly last: Ran; readonly progress: Progress; story: string }> {
  const known = releasesIn(journals).length;
  const story: string[] = [];
  for (let words: readonly string[] = []; ; words = ["--resume"]) {
    let over = false;
    const running = project.just(["release", "dev", "--yes", "--json", ...words]).finally(() => {
      over = true;
    });
    while (releasesIn(journals).length === known && !over) await sleep(20);
    if (killed < kills) story.push((await killAtRandom(() => over)) ?? "nothing: it had ended");
    const last = await running;
    const text = story.join(", ");
    const progress = progressOf(journalOf(journals, releasesIn(journals)[0] ?? "").entries());
    if (underWay(journals) === undefined) return { last, progress, story: text };
    // What it says where it stops by itself; killed, it says nothing.
    if (last.code === 1) expect(last.out, text).toMatch(/Release \S+ waits where it is/);
    else expect(last.code, text).toBe(137);
  }
}

/** One that is killed at the end of a command, which needs it no more, is started by the next one. */
async function awake(): Promise<void> {
  if ((await runningEmbedded(placesOf(project.folder))) !== undefined) return;
  const status = await project.just(["status", "dev"]);
  expect(status.code, status.out).toBe(0);
}

test("whatever is killed, and when: users meet the plan, a release is gone on with, and the state is true at its end", async () => {
  for (let version = 2; killed < kills; version++) {
    const before = (await served(project)).length;
    const visitsBefore = people.visits.length;
    bump(project, version);
    const { last, progress, story } = await throughKills();
    await awake();
    const visits = people.visits.slice(visitsBefore);
    const fresh = Object.fromEntries(
      (progress.prepared?.workers ?? []).map((each) => [each.script.replace("-dev", ""), each.fresh]),
    );
    const shares = sharesOf((await served(project)).slice(before), fresh);
    const told = `version ${version}; killed: ${story}\n${last.out}`;
    // What it asks first may find the embedded Cloudflare gone: then it has changed nothing, and is none.
    const isUnbegun = progress.end === "aborted" && progress.preparing === undefined;
    if (isUnbegun) expect(progress.abort, told).toBe("refused before anything was changed");
    else if (progress.end === "aborted") expect(progress.abort, told).toMatch(/the up of this step failed/);
    expect(last.code, told).toBe(progress.end === "finished" ? 0 : isUnbegun ? 1 : 2);
    if (!isUnbegun) expect(last.out.trim().split("\n").at(-1), told).toMatch(`{"kind":"${progress.end}"`);
    expect(outsideThePlan(shares, [50, 100]), told).toEqual([]);
    expect(mixed(visits, version), told).toEqual([]);
    expect(shares.at(-1), told).toMatchObject(
      progress.end === "finished" ? { api: 100, web: 100 } : { api: 0, web: 0 },
    );
    for (const outage of outages)
      outage.toMs = Math.min(
        outage.toMs,
        visits.find(({ status, fromMs }) => status === 200 && fromMs > outage.fromMs + 100)?.toMs ??
          outage.toMs,
      );
    const unanswered = visits.filter(
      ({ status, fromMs, toMs }) =>
        status !== 200 && !outages.some((each) => fromMs < each.toMs + 1_000 && toMs > each.fromMs),
    );
    expect(unanswered, told).toEqual([]);
    // Its code is in the folder and nowhere else: a preview shows it.
    if (isUnbegun) continue;
    const preview = await project.pulumi(["preview", "--expect-no-changes", "--diff", "--stack", "dev"]);
    expect(preview.code, `${told}\n${preview.out}`).toBe(0);
    const config = await project.pulumi(["config", "--json", "--stack", "dev"]);
    expect(config.out, told).not.toContain('"lockstep:release"');
  }
}, 7_200_000);
