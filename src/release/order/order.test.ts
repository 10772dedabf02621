import fc from "fast-check";
import { expect, test } from "vitest";
import {
  dispatchNamespace,
  durableObject,
  queue,
  raw,
  type System,
  service,
  system,
  type Worker,
  worker,
} from "../../declare/index.ts";
import { type Link, linksOf } from "../../declare/links.ts";
import { meetsStable, type Order, orderOf } from "./order.ts";
import { orderLines } from "./order-lines.ts";

const settings = { main: "x.ts", compatibilityDate: "2026-01-01" };
const stage = { name: "dev", nameSuffix: "-dev" };
const to = (name: string) => raw({ type: "service", service: `${name}-dev` });

const shown = ({ waves }: Order): readonly string[] =>
  waves.map(({ system, workers }) => `${system.name}: ${workers.map(({ name }) => name).join(" ")}`);
const ordered = (systems: readonly System[]): Order => orderOf(systems, linksOf(systems, stage));

test("a system whose workers are called from another one comes before it, wherever it is listed", () => {
  const site = worker("site", { ...settings, env: { API: to("api"), SILO: to("silo") } });
  const admin = worker("admin", { ...settings, env: { SITE: service(site) } });
  const silo = worker("silo", settings);
  const api = worker("api", { ...settings, env: { SILO: service(silo) } });
  const systems = [system("front", [site, admin]), system("back", [api, silo])];
  expect(shown(ordered(systems))).toEqual(["back: silo", "back: api", "front: site", "front: admin"]);
  expect(shown(ordered(systems.toReversed()))).toEqual(shown(ordered(systems)));
  expect(orderLines(ordered(systems))).toEqual([
    "back/silo",
    "back/api: back/api calls back/silo by SILO",
    "front/site: front/site calls back/api by API; front/site calls back/silo by SILO",
    "front/admin: front/admin calls front/site by SITE",
  ]);
  expect(orderLines(ordered(systems), (label) => label === "front/site")).toEqual([]);
});

test("systems that call each other without a circle take turns", () => {
  const one = worker("one", { ...settings, env: { TWO: to("two") } });
  const four = worker("four", settings);
  const two = worker("two", settings);
  const three = worker("three", { ...settings, env: { FOUR: to("four") } });
  const systems = [system("a", [one, four]), system("b", [two, three])];
  expect(shown(ordered(systems))).toEqual(["a: four", "b: two three", "a: one"]);
});

test("whatever names another worker is a call: objects, workflows, tails, what dispatched Workers go through; and queues, from taker to giver", () => {
  const jobs = queue("jobs");
  const owner = worker("owner", { ...settings, durableObjects: { Room: {} }, consumes: [{ queue: jobs }] });
  const byRaw = {
    ROOM: raw({ type: "durable_object_namespace", class_name: "Room", script_name: "owner-dev" }),
    FLOW: raw({ type: "workflow", workflow_name: "flow", class_name: "Flow", scriptName: "owner-dev" }),
    OUT: raw({ type: "dispatch_namespace", namespace: "n", outbound: { worker: { service: "owner-dev" } } }),
    JOBS: raw({ type: "queue", queue_name: "jobs-dev" }),
    ELSEWHERE: to("nobody"),
  };
  const guest = worker("guest", { ...settings, env: byRaw });
  const inside = worker("inside", {
    ...settings,
    env: {
      ROOM: durableObject("Room", () => owner),
      OUT: dispatchNamespace("n", { outbound: { worker: () => owner } }),
      JOBS: jobs,
    },
    tailConsumers: [owner],
  });
  const of = (from: Worker): readonly string[] =>
    linksOf([system("a", [guest]), system("b", [jobs, owner, inside])], stage)
      .filter((link) => link.from === from)
      .map(({ by, to: callee, through }) => `${by} ${callee.name} ${through}`)
      .sort();
  expect(of(guest)).toEqual([
    "durableObject owner ROOM",
    "queue owner jobs-dev",
    "service owner OUT",
    "workflow owner FLOW",
  ]);
  expect(of(inside)).toEqual([
    "durableObject owner ROOM",
    "queue owner jobs-dev",
    "service owner OUT",
    "tail owner owner",
  ]);
});

test("who takes messages comes before who gives them, unless it calls the giver", () => {
  const jobs = queue("jobs");
  const giver = worker("giver", { ...settings, env: { JOBS: jobs } });
  const taker = worker("taker", { ...settings, consumes: [{ queue: jobs }] });
  expect(shown(ordered([system("shop", [jobs, giver, taker])]))).toEqual(["shop: taker", "shop: giver"]);
  const calling = worker("taker", {
    ...settings,
    consumes: [{ queue: jobs }],
    env: { GIVER: service(giver) },
  });
  expect(shown(ordered([system("shop", [jobs, giver, calling])]))).toEqual(["shop: giver", "shop: taker"]);
});

test("a circle over systems is broken where the stable callee has what the new caller calls, else by the list", () => {
  const one = worker("one", { ...settings, env: { TWO: to("two") } });
  const two = worker("two", { ...settings, env: { ONE: to("one") } });
  const systems = [system("a", [one]), system("b", [two])];
  const links = linksOf(systems, stage);
  const there = (name: string) => (link: Link) => (link.from.name === name ? "there" : "lost");
  expect(shown(orderOf(systems, links))).toEqual(["a: one", "b: two"]);
  expect(shown(orderOf(systems, links, there("one")))).toEqual(["a: one", "b: two"]);
  const turned = orderOf(systems, links, there("two"));
  expect(shown(turned)).toEqual(["b: two", "a: one"]);
  expect(turned.broken.map(({ through }) => through)).toEqual(["ONE"]);
  expect(orderLines(turned)).toEqual([
    "b/two",
    "a/one: a/one calls b/two by TWO",
    "in a circle over systems: the new b/two comes before the new a/one that it reaches by ONE, and meets the stable one",
  ]);
});

test("in any stack every worker has one place, behind those that it is linked to or beside them in its own system; only what is told as broken is not so", () => {
  const graph = fc.array(
    fc.record({
      home: fc.nat(2),
      calls: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
      met: fc.constantFrom("lost", "unknown", "there"),
    }),
    { minLength: 1, maxLength: 7 },
  );
  fc.assert(
    fc.property(graph, (all) => {
      const env = (calls: readonly number[]) =>
        Object.fromEntries(calls.map((each) => [`W${each}`, to(`w${each}`)]));
      const workers: readonly Worker[] = all.map(({ calls }, at) =>
        worker(`w${at}`, { ...settings, env: env(calls) }),
      );
      const systems = [0, 1, 2].map((home) =>
        system(
          `s${home}`,
          workers.filter((_, at) => all[at]?.home === home),
        ),
      );
      const links = linksOf(systems, stage);
      const order = orderOf(systems, links, ({ from }) => all[workers.indexOf(from)]?.met ?? "unknown");
      const names = (of: readonly Worker[]) => of.map(({ name }) => name).sort();
      expect(names(order.waves.flatMap((wave) => wave.workers))).toEqual(names(workers));
      const place = (each: Worker) => order.waves.findIndex((wave) => wave.workers.includes(each));
      const homeOf = (each: Worker) => all[workers.indexOf(each)]?.home;
      for (const link of links) {
        if (order.broken.includes(link)) expect(homeOf(link.from)).not.toBe(homeOf(link.to));
        else if (homeOf(link.from) !== homeOf(link.to)) expect(place(link.to)).toBeLessThan(place(link.from));
        else expect(place(link.to)).toBeLessThanOrEqual(place(link.from));
        expect(meetsStable(order, link)).toBe(place(link.from) <= place(link.to));
      }
    }),
    { numRuns: 300 },
  );
});
