import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { ServedProvider } from "../../embedded/provider/protocol/serve.ts";
import type { Entry } from "../../src/release/journal/entry.ts";
import type { Clone } from "../clone.ts";
import { type FaultProxy, faultProxy } from "../migrations/testing/fault-proxy.ts";
import { random } from "../migrations/testing/schedule.ts";
import { callThrough } from "../through-provider.ts";
import {
  behindTheFirstFailure,
  type Driven,
  isAsked,
  isServed,
  momentOf,
  noChanges,
  release,
} from "./driven.ts";
import { mixed, outsideThePlan, served, sharesOf } from "./plan.ts";
import { everybody, type Site, siteAt } from "./site.ts";
import { bump, editSite, gamesStage, type Plan, setPlan } from "./stage.ts";
import { type Users, users, type Visit } from "./users.ts";

/** Releases in bad weather: versions that fail or are slow, metrics that are late, sampled, incomplete or not there, and an API that refuses some of the calls of driver and engine. */
const usual = { steps: [{ percent: 50 }, { percent: 100 }], hasSite: true } as const;
/** A step that is held until somebody says so is measured on: what comes of it does not depend on how fast anything is. */
const heldAt = (percent: number): Plan["steps"] => [
  { percent },
  { percent: 100, approval: "nobody-says-so" },
];
let project: Clone;
let people: Users;
let site: Site;
let proxy: FaultProxy;
let provider: ServedProvider;
let api: "calm" | "refuses" | "hasNoAnalytics" = "calm";
const chance = random(20_261_130);
let refused = 0;

beforeAll(async () => {
  project = await gamesStage(usual);
  const up = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  proxy = await faultProxy(project.embedded.api, (_, route) => {
    if (api === "hasNoAnalytics") return route.endsWith("/graphql") ? "500" : "none";
    if (api === "calm" || chance() > 0.02) return "none";
    refused += 1;
    return chance() < 0.5 ? "429" : "504";
  });
  provider = await callThrough(project, proxy.baseUrl);
  const at = (worker: string): string => `http://${worker}-dev.dev.localhost:${project.embedded.frontPort}`;
  people = users(`${at("web")}/`, 2, { people: 100 });
  site = siteAt(at("site"));
});
afterAll(async () => {
  await people.end();
  await provider.close();
  await proxy.close();
  await project.remove();
});

/** How late, sampled and incomplete metrics are. */
const metrics = (delayMs: number, sampleInterval: number, unattributed: number): Promise<unknown> =>
  project.api("dev", "PUT", "/embedded/telemetry", { delayMs, sampleInterval, unattributed });

/** What users met of a release. */
async function met(
  driven: Driven,
  before: number,
): Promise<readonly (readonly [api: number, web: number])[]> {
  const workers = driven.progress().prepared?.workers ?? [];
  const fresh = Object.fromEntries(workers.map((each) => [each.script.replace("-dev", ""), each.fresh]));
  return sharesOf((await served(project)).slice(before), fresh).map(({ api, web }) => [api, web] as const);
}

/** Those who met a version of web; nobody may have met it before or behind its release, and during it some meet nothing else. */
function peopleWhoMet(visits: readonly Visit[], web: string, entries: readonly Entry[]): number {
  const isNew = ({ by }: Visit): boolean => by?.web === web;
  const [fromMs, toMs] = [momentOf(entries, "deploying"), momentOf(entries, "aborted")];
  expect(visits.filter((each) => isNew(each) && (each.toMs < fromMs || each.fromMs > toMs))).toEqual([]);
  const during = visits.filter(
    (each) => each.fromMs > momentOf(entries, "deployed") && each.toMs < momentOf(entries, "aborting"),
  );
  const those = new Set(during.filter(isNew).map(({ person }) => person));
  expect(during.filter((each) => isNew(each) !== those.has(each.person))).toEqual([]);
  return those.size;
}

test("by the version key a visitor gets page, files and answers of one version in every step, and moves once; the stack's state is true at each", async () => {
  const steps = [{ percent: 10 }, { percent: 50, approval: "ten" }, { percent: 100, approval: "fifty" }];
  setPlan(project, { ...usual, steps, stays: true });
  editSite(project, 2);
  bump(project, 2, ["site"]);
  const driven = release(project);
  // Some look around all the time: what a version's first answers take counts for little then.
  let isOver = false;
  const others = (async () => {
    while (!isOver) await everybody(20, site.open);
  })();
  onTestFinished(() => {
    isOver = true;
  });
  await driven.until(() => isServed(driven.entries(), 0));
  const atTen = await everybody(100, site.open);
  expect(atTen.filter(({ page, file, code }) => page !== file || page !== code)).toEqual([]);
  expect(await everybody(20, site.open)).toEqual(atTen.slice(0, 20));
  const isNew = ({ page }: { readonly page: string }): boolean => page === "2";
  expect(atTen.filter(isNew).length).toBeGreaterThan(3);
  expect(atTen.filter(isNew).length).toBeLessThan(20);
  await driven.until(() => isAsked(driven.entries(), "ten"));
  await noChanges(project);
  await driven.approve("ten");
  await driven.until(() => isServed(driven.entries(), 1));
  const ofOpenPages = await everybody(100, (visitor) =>
    site.load(visitor, atTen[visitor] ?? { page: "none" }),
  );
  const atFifty = await everybody(100, site.open);
  expect(atFifty.filter(({ page, file, code }) => page !== file || page !== code)).toEqual([]);
  expect(atFifty.filter(isNew).length).toBeGreaterThan(30);
  expect(atFifty.filter(isNew).length).toBeLessThan(70);
  expect(atTen.filter((before, visitor) => isNew(before) && atFifty[visitor]?.page !== "2")).toEqual([]);
  // Who was taken over with a page open finds no file of it any more, and has to load the page again. Nobody else.
  expect(ofOpenPages).toEqual(
    atTen.map(({ page }, visitor) => (page === atFifty[visitor]?.page ? page : undefined)),
  );
  await driven.until(() => isAsked(driven.entries(), "fifty"));
  await noChanges(project);
  await driven.approve("fifty");
  await driven.until(() => isServed(driven.entries(), 2));
  expect((await everybody(20, site.open)).every(isNew)).toBe(true);
  await driven.until(() => driven.entries().some(({ kind }) => kind === "hooking"));
  await noChanges(project);
  isOver = true;
  await others;
  writeFileSync(join(project.folder, "go"), "");
  const ran = await driven.ran;
  expect(ran.code, ran.out).toBe(0);
});

test("a burst of errors at 10 % goes back at the first measurement that shows it, and who was not chosen met nothing of it", async () => {
  await metrics(2_500, 2, 0.1);
  setPlan(project, { ...usual, steps: heldAt(10) });
  const [before, visits] = [(await served(project)).length, people.visits.length];
  bump(project, 2, ["web"]);
  const driven = release(project);
  await driven.until(() => people.visits.slice(visits).some(({ by }) => by?.web === "web 2"));
  people.weather = { "web 2": { errors: 0.8 } };
  const ran = await driven.ran;
  people.weather = {};
  expect(ran.code, ran.out).toBe(2);
  expect(driven.progress().abort, ran.out).toMatch(
    /front\/web error-rate: \d+\.\d+ % of [\d,]+ requests failed/,
  );
  expect(behindTheFirstFailure(driven.entries())).toBe("aborting");
  expect(await met(driven, before)).toEqual([
    [0, 0],
    [0, 10],
    [0, 0],
  ]);
  const some = peopleWhoMet(people.visits.slice(visits), "web 2", driven.entries());
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(25);
});

test("latency that creeps up at 50 % goes back, by the Mann–Whitney test and with its effect", async () => {
  const timing = { percentile: 50, belowMs: 1_000, alarmMs: 20_000 };
  setPlan(project, { ...usual, timing, steps: heldAt(50) });
  const [before, visits] = [(await served(project)).length, people.visits.length];
  bump(project, 3, ["web"]);
  const driven = release(project);
  await driven.until(() => people.visits.slice(visits).some(({ by }) => by?.web === "web 3"));
  for (let slowMs = 20; driven.progress().abort === undefined; slowMs = Math.min(slowMs + 20, 600)) {
    people.weather = { "web 3": { slowMs } };
    await sleep(200);
  }
  const ran = await driven.ran;
  people.weather = {};
  expect(ran.code, ran.out).toBe(2);
  expect(driven.progress().abort, ran.out).toMatch(
    /front\/web latency-p50: p50 is [\d,.]+ m?s over [\d,]+ requests, the stable version's [\d,.]+ m?s: slower as a whole, Cliff's delta [01]\.\d\d/,
  );
  expect(behindTheFirstFailure(driven.entries())).toBe("aborting");
  expect(await met(driven, before)).toEqual([
    [0, 0],
    [0, 50],
    [0, 0],
  ]);
  expect(peopleWhoMet(people.visits.slice(visits), "web 3", driven.entries())).toBeGreaterThan(0);
});

test("a callee that fails for the new caller alone takes both back, the caller first", async () => {
  setPlan(project, usual);
  api = "refuses";
  const [before, visits] = [(await served(project)).length, people.visits.length];
  bump(project, 4);
  people.weather = { "api 4 for web 4": { errors: 0.6 } };
  const driven = release(project);
  const ran = await driven.ran;
  expect(ran.code, ran.out).toBe(2);
  expect(refused).toBeGreaterThan(0);
  expect(driven.progress().abort, ran.out).toMatch(
    /front\/web error-rate: \d+\.\d+ % of \d+ requests failed/,
  );
  expect(await met(driven, before)).toEqual([
    [0, 0],
    [50, 0],
    [100, 0],
    [100, 50],
    [100, 0],
    [0, 0],
  ]);
  expect(mixed(people.visits.slice(visits), 4)).toEqual([]);
  // Nobody but those who met the new caller saw anything of it.
  const failed = people.visits.slice(visits).filter(({ status }) => status !== 200);
  expect(failed.filter(({ by }) => by?.web !== "web 4")).toEqual([]);
  expect(behindTheFirstFailure(driven.entries())).toBe("aborting");
  await noChanges(project);
});

test("code that is saved while a release runs reaches nobody: the release goes back", async () => {
  const before = (await served(project)).length;
  people.weather = {};
  bump(project, 5);
  const driven = release(project);
  await driven.until(() => driven.entries().some(({ kind }) => kind === "deployed"));
  bump(project, 6);
  const ran = await driven.ran;
  expect(ran.code, ran.out).toBe(2);
  const { abort } = driven.progress();
  expect(abort).toContain("The folder changed since the release began; nothing of the change was brought");
  expect(abort).toContain("where: front; got: worker web, code");
  expect(abort).toContain("where: shop; got: worker api, code");
  const shares = (await met(driven, before)).map(([api, web]) => ({ api, web }));
  expect(outsideThePlan(shares, [50, 100])).toEqual([]);
  expect(people.visits.filter(({ by }) => by?.web === "web 6" || by?.api === "api 6")).toEqual([]);
  // Nothing of what was saved is there, not even as a version that nobody meets: the stage is what the folder was.
  bump(project, 5);
  await noChanges(project);
});

test("without metrics, empty ones or analytics that answer 500, a release waits as long as its plan says, passes nothing, and goes back", async () => {
  api = "hasNoAnalytics";
  await metrics(3_600_000, 1, 0);
  setPlan(project, { ...usual, steps: [{ percent: 10 }, { percent: 100 }], patienceSeconds: 5 });
  const before = (await served(project)).length;
  bump(project, 7, ["api", "site"]);
  const driven = release(project);
  const ran = await driven.ran;
  expect(ran.code, ran.out).toBe(2);
  const judged = driven.entries().flatMap((each) => (each.kind === "measured" ? each.judged : []));
  expect(new Set(judged.map(({ verdict }) => verdict))).toEqual(new Set(["inconclusive"]));
  const reasonsOf = (worker: string) => [
    ...new Set(judged.filter((each) => each.worker === worker).map(({ reason }) => reason)),
  ];
  expect(reasonsOf("shop/api")).toEqual(["no metrics came"]);
  expect(reasonsOf("shop/site").join("\n")).toMatch(
    /^no metrics came: POST \/graphql: 500: Internal server error/,
  );
  expect(driven.entries().filter(({ kind }) => kind === "passed")).toEqual([]);
  expect(driven.progress().abort).toMatch(
    /^inconclusive for 5 s behind the soak: shop\/api error-rate: no metrics came; .*shop\/site /,
  );
  const waited = momentOf(driven.entries(), "aborting") - momentOf(driven.entries(), "deployed");
  expect(waited).toBeGreaterThanOrEqual(6_000);
  expect(await met(driven, before)).toEqual([
    [0, 0],
    [10, 0],
    [0, 0],
  ]);
  await noChanges(project);
});
