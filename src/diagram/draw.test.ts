import { expect, test } from "vitest";
import {
  ai,
  analyticsEngine,
  d1,
  durableObject,
  kv,
  queue,
  r2,
  raw,
  secret,
  sendEmail,
  service,
  system,
  type Worker,
  worker,
  workflow,
} from "../declare/index.ts";
import { draw } from "./draw.ts";
import type { Graph } from "./graph.ts";

const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;

/** Edges as a person reads them: `worker api binds d1 notes as DB`. */
const told = ({ nodes, edges }: Graph): readonly string[] => {
  const name = (id: string): string => {
    const found = nodes.find((node) => node.id === id);
    return `${found?.kind} ${found?.name}`;
  };
  return edges.map(
    ({ from, to, kind, label }) => `${name(from)} ${kind} ${name(to)}${label === "" ? "" : ` as ${label}`}`,
  );
};

const notes = d1("notes");
const jobs = queue("jobs");
const failed = queue("failed");
const files = r2("files", { notifications: [{ queue: jobs, events: ["object-create", "object-delete"] }] });

test("a worker is joined to what it binds, by the name that its code knows it by; values are no part of the picture", () => {
  const inner = worker("inner", { ...settings, workersDev: false });
  const api = worker("api", {
    ...settings,
    env: {
      DB: notes,
      KEY: secret("key"),
      LEVEL: "info",
      AI: ai(),
      INNER: service(inner, "Notes"),
      SELF: kv("cache"),
    },
  });
  expect(told(draw(system("shop", [notes, inner, api])))).toEqual([
    "visitors visitors calls worker api",
    "worker api binds d1 notes as DB",
    "worker api binds platform Workers AI as AI",
    "worker api binds worker inner as INNER: Notes",
    "worker api binds kv cache as SELF",
  ]);
});

test("what a queue delivers, where its dead letters go, and what a bucket tells it are edges of their own", () => {
  const consumer = worker("consumer", {
    ...settings,
    workersDev: false,
    consumes: [{ queue: jobs, deadLetter: failed, maxRetries: 5 }, { queue: failed }],
  });
  expect(told(draw(system("shop", [files, jobs, failed, consumer])))).toEqual([
    "r2 files notifies queue jobs as object-create, object-delete",
    "queue jobs delivers worker consumer",
    "queue jobs deadLetters queue failed as after 5 retries",
    "queue failed delivers worker consumer",
  ]);
});

test("a class of Durable Objects belongs to one worker, whoever binds it; one that was deleted is gone", () => {
  const rooms = worker("rooms", {
    ...settings,
    workersDev: false,
    durableObjects: { Room: {}, Old: { lifecycle: { state: "deleted" } } },
    env: { ROOM: durableObject("Room") },
  });
  const halls = worker("halls", {
    ...settings,
    workersDev: false,
    durableObjects: { Room: {} },
    env: { THEIRS: durableObject("Room", (): Worker => rooms) },
  });
  const graph = draw(system("shop", [rooms, halls]));
  expect(graph.nodes.filter(({ kind }) => kind === "class")).toHaveLength(2);
  const [theirs] = graph.nodes.filter(({ kind }) => kind === "class");
  expect(told(graph)).toHaveLength(4);
  expect(
    graph.edges.filter(({ to }) => to === theirs?.id).map(({ kind, label }) => `${kind} ${label}`),
  ).toEqual(["owns ", "binds ROOM", "binds THEIRS"]);
});

test("two workers on one cron share it; a route makes a worker one that visitors ask", () => {
  const zone = { zoneId: "023e105f4ecef8ad9ca31a8372d0c353" };
  const shared = { ...settings, workersDev: false, crons: ["*/5 * * * *"] } as const;
  const graph = draw(
    system("shop", [
      worker("a", shared),
      worker("b", { ...shared, routes: { prod: [{ pattern: "example.com/*", ...zone }] } }),
    ]),
  );
  expect(told(graph)).toEqual([
    "cron */5 * * * * calls worker a",
    "visitors visitors calls worker b",
    "cron */5 * * * * calls worker b",
  ]);
});

test("every node has an id of its own, also where two names differ only in what an id cannot hold", () => {
  const graph = draw(system("my-shop", [kv("a-b"), kv("a_b"), kv("a b"), kv("end"), queue("end")]));
  const ids = graph.nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^my_shop_(kv|queue)_\w+$/);
});

test("a workflow is in the code of one worker, whoever starts it; a service of Cloudflare is one node, and named where it is the same in every stage", () => {
  const signUp = workflow("sign-up", { className: "SignUp", of: (): Worker => mailer });
  const mailer = worker("mailer", { ...settings, workersDev: false, env: { SIGN_UP: signUp } });
  const api = worker("api", {
    ...settings,
    workersDev: false,
    env: {
      SIGN_UP: signUp,
      EVENTS: analyticsEngine("events"),
      MAIL: sendEmail({}),
      NEW: raw({ type: "teleporter" }),
    },
  });
  expect(told(draw(system("shop", [mailer, api])))).toEqual([
    "worker mailer owns workflow sign-up",
    "worker mailer binds workflow sign-up as SIGN_UP",
    "worker api binds workflow sign-up as SIGN_UP",
    "worker api binds platform Analytics Engine: events as EVENTS",
    "worker api binds platform Email as MAIL",
    "worker api binds platform teleporter as NEW",
  ]);
});
