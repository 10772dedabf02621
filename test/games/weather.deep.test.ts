import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServedProvider } from "../../embedded/provider/protocol/serve.ts";
import type { Ran } from "../../harness/run.ts";
import { progressOf } from "../../src/release/driver/progress.ts";
import { journalOf, releasesIn } from "../../src/release/journal/journal.ts";
import { releasesFolder, underWay } from "../../src/release/journal/under-way.ts";
import type { Clone } from "../clone.ts";
import { type FaultProxy, faultProxy } from "../migrations/testing/fault-proxy.ts";
import { random } from "../migrations/testing/schedule.ts";
import { callThrough } from "../through-provider.ts";
import { mixed, outsideThePlan, served, sharesOf } from "./plan.ts";
import { gamesStage } from "./stage.ts";
import { type Users, users } from "./users.ts";

/** Releases in bad weather: Cloudflare's API refuses some of the calls of driver and engine, and metrics are late, sampled and incomplete. */
const steps = [50, 100];
let project: Clone;
let people: Users;
let proxy: FaultProxy;
let provider: ServedProvider;
let journals = "";
const chance = random(20_261_130);
let refused = 0;

beforeAll(async () => {
  project = await gamesStage(steps);
  journals = releasesFolder(project.folder, "embedded", "dev");
  const up = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  await project.api("dev", "PUT", "/embedded/telemetry", {
    ...{ delayMs: 2_500, sampleInterval: 2, unattributed: 0.1 },
  });
  proxy = await faultProxy(project.embedded.api, () => {
    if (chance() > 0.02) return "none";
    refused += 1;
    return chance() < 0.5 ? "429" : "504";
  });
  provider = await callThrough(project, proxy.baseUrl);
  people = users(`http://web-dev.dev.localhost:${project.embedded.frontPort}/`, 2);
});
afterAll(async () => {
  await people.end();
  await provider.close();
  await proxy.close();
  await project.remove();
});

const bump = (version: number): void => {
  for (const each of ["api", "web"])
    project.edit(`workers/shop/${each}.ts`, (text) => text.replace(/"(\w+) \d+"/, `"$1 ${version}"`));
};

/** A first `up` that is refused for a moment ends the driver, and somebody goes on. */
async function released(): Promise<Ran> {
  let ran = await project.just(["release", "dev", "--yes", "--json"]);
  for (let again = 0; underWay(journals) !== undefined && again < 5; again++)
    ran = await project.just(["release", "dev", "--yes", "--json", "--resume"]);
  return ran;
}

const newest = () => journalOf(journals, releasesIn(journals)[0] ?? "").entries();

/** What users met of the newest release. */
async function met(before: number) {
  const workers = progressOf(newest()).prepared?.workers ?? [];
  const fresh = Object.fromEntries(workers.map((each) => [each.script.replace("-dev", ""), each.fresh]));
  return sharesOf((await served(project)).slice(before), fresh);
}

const noChanges = async (): Promise<void> => {
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]);
  expect(preview.code, preview.out).toBe(0);
};

test("a callee that fails for the new caller alone takes both back, the caller first", async () => {
  const before = (await served(project)).length;
  const visits = people.visits.length;
  bump(2);
  people.weather = { "api 2 for web 2": { errors: 0.6 } };
  const ran = await released();
  expect(ran.code, ran.out).toBe(2);
  expect(refused).toBeGreaterThan(0);
  const { abort } = progressOf(newest());
  expect(abort, ran.out).toMatch(/shop\/web error-rate: \d+\.\d+ % of \d+ requests failed/);
  const shares = (await met(before)).map(({ api, web }) => [api, web]);
  expect(shares).toEqual([
    [0, 0],
    [50, 0],
    [100, 0],
    [100, 50],
    [100, 0],
    [0, 0],
  ]);
  expect(mixed(people.visits.slice(visits), 2)).toEqual([]);
  // Nobody but those who met the new caller saw anything of it.
  const failed = people.visits.slice(visits).filter(({ status }) => status !== 200);
  expect(failed.filter(({ by }) => by?.web !== "web 2")).toEqual([]);
  const lines = newest();
  const shown = lines.findIndex(
    (each) => each.kind === "measured" && each.judged.some(({ verdict }) => verdict === "fail"),
  );
  expect(lines[shown + 1]?.kind).toBe("aborting");
  await noChanges();
});

test("code that is saved while a release runs reaches nobody: the release goes back", async () => {
  const before = (await served(project)).length;
  people.weather = {};
  bump(3);
  const known = releasesIn(journals).length;
  const running = released();
  const hasStep = () =>
    releasesIn(journals).length > known && newest().some(({ kind }) => kind === "deployed");
  await expect.poll(hasStep, { timeout: 240_000, interval: 50 }).toBe(true);
  bump(4);
  const ran = await running;
  expect(ran.code, ran.out).toBe(2);
  expect(progressOf(newest()).abort).toMatch(/shop\/api is not what release \S+ uploaded/);
  const shares = await met(before);
  expect(outsideThePlan(shares, steps)).toEqual([]);
  expect(people.visits.filter(({ by }) => by?.web === "web 4" || by?.api === "api 4")).toEqual([]);
  await noChanges();
});
