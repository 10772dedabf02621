import { describe, expect, test } from "vitest";
import project from "../../../project.ts";
import type { Contents } from "../../cloudflare/contents/holder.ts";
import {
  aiGateway,
  d1,
  hyperdrive,
  queue,
  r2,
  type System,
  secret,
  system,
  vectorize,
  worker,
} from "../../declare/index.ts";
import { command } from "../../diagnostic/sentence.ts";
import type { StateResource } from "../../reality/state.ts";
import { valueLosses } from "./by-value.ts";
import { dropped, droppedDiagnostic, type Wanted } from "./dropped.ts";
import { lossText } from "./losses.ts";

const [stage] = project.stages;
if (stage === undefined) throw new Error("no stage");
const wanted = (of: System, given: Partial<Wanted> = {}): Wanted => ({
  systems: [of],
  stage,
  ownsShared: true,
  retired: [],
  ...given,
});
const known = (type: string, name: string, outputs: Record<string, unknown>): StateResource => ({
  urn: `urn:pulumi:dev::lockstep::${type}::${name}`,
  type,
  name,
  outputs,
});
const types = {
  d1: "cloudflare:index/d1Database:D1Database",
  r2: "cloudflare:index/r2Bucket:R2Bucket",
  lock: "cloudflare:index/r2BucketLock:R2BucketLock",
  hyperdrive: "cloudflare:index/hyperdriveConfig:HyperdriveConfig",
  gateway: "cloudflare:index/aiGateway:AiGateway",
  lifecycle: "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  queue: "cloudflare:index/queue:Queue",
  consumer: "cloudflare:index/queueConsumer:QueueConsumer",
  worker: "cloudflare:index/worker:Worker",
  index: "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
  migrations: "pulumi-nodejs:dynamic/lockstep:Migrations",
  target: "pulumi-nodejs:dynamic/lockstep:Target",
};
const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;
const database = known(types.d1, "shop/orders", { id: "1", name: "orders-dev" });
const rooms = [
  known(types.worker, "shop/rooms", { name: "rooms-dev" }),
  known(types.target, "target", { workers: { "shop/rooms": { classes: { Room: "live" } } } }),
];

describe("what a program would drop", () => {
  const labels = (state: readonly StateResource[], of: Wanted): readonly string[] =>
    dropped(state, of).map(({ label }) => label);

  test("is what the state has and nothing declares, however it is called now", () => {
    expect(labels([database], wanted(system("shop", [d1("orders")])))).toEqual([]);
    expect(labels([database], wanted(system("shop", [])))).toEqual(["shop/orders"]);
    expect(labels([database], wanted(system("shop", [d1("bills", { physicalName: "orders-dev" })])))).toEqual(
      ["shop/orders"],
    );
  });

  test("is also what is of another kind now", () => {
    expect(labels([database], wanted(system("shop", [r2("orders")])))).toEqual(["shop/orders"]);
  });

  test("is not what was retired, nor what goes with a whole system", () => {
    expect(labels([database], wanted(system("shop", []), { retired: ["shop/orders"] }))).toEqual([]);
    expect(labels([database], wanted(system("other", [])))).toEqual([]);
  });

  test("is a worker's objects, and no worker without any", () => {
    expect(labels(rooms, wanted(system("shop", [])))).toEqual(["shop/rooms"]);
    expect(
      labels([known(types.worker, "shop/api", { name: "api-dev" })], wanted(system("shop", []))),
    ).toEqual([]);
  });

  test("is an index that another shape or name would replace", () => {
    const index = known(types.index, "shop/notes", { name: "notes-dev", dimensions: 32, metric: "cosine" });
    const of = (dimensions: number, physicalName?: string): Wanted =>
      wanted(
        system("shop", [
          vectorize("notes", { dimensions, metric: "cosine", ...(physicalName && { physicalName }) }),
        ]),
      );
    expect(labels([index], of(32))).toEqual([]);
    expect(labels([index], of(64))).toEqual(["shop/notes"]);
    expect(labels([index], of(32, "others"))).toEqual(["shop/notes"]);
  });

  test("is an index whose vectors another model made, and each is told which command makes it again", () => {
    const index = known(types.index, "shop/notes", {
      ...{ name: "notes-dev", dimensions: 768, metric: "cosine" },
      model: "@cf/baai/bge-base-en-v1.5",
    });
    const of = (model: string, dimensions = 768): Wanted => {
      const database = d1("texts");
      const recipe = { database, select: "SELECT id, text FROM notes", model };
      return wanted(system("shop", [database, vectorize("notes", { dimensions, metric: "cosine", recipe })]));
    };
    const told = (given: Wanted) =>
      dropped([index], given).map((held) =>
        droppedDiagnostic(held, { count: 5, atLeast: false }, given, [index]),
      );
    expect(told(of("@cf/baai/bge-base-en-v1.5"))).toEqual([]);
    const texts = ["shop/notes has vectors of another model", "and 5 vectors would be lost"];
    for (const [i, given] of [of("@cf/google/embeddinggemma-300m"), of("@cf/baai/bge-m3", 1024)].entries()) {
      const [one, ...others] = told(given);
      expect(others).toEqual([]);
      expect(one?.what).toContain(texts[i]);
      expect(one?.fix).toContainEqual(command("reindex", { stage: stage.name, index: "shop/notes" }));
    }
  });

  test("is a bucket that this stage had and that another one has from now on", () => {
    const bucket = known(types.r2, "shop/files", { name: "files" });
    const of = system("shop", [r2("files", { shared: true })]);
    expect(labels([bucket], wanted(of))).toEqual([]);
    expect(labels([bucket], wanted(of, { ownsShared: false }))).toEqual(["shop/files"]);
  });
});

test("what is empty goes, but not out of a protected stage, where the engine would say so after everything else", () => {
  const protectedStage = project.stages.find((each) => each.protected);
  if (protectedStage === undefined) throw new Error("no protected stage");
  const gateway = known(types.gateway, "shop/models", { aiGatewayId: "models" });
  const of = wanted(system("shop", []));
  const refused = (given: Wanted) =>
    dropped([database, gateway], given).map(
      (held) => droppedDiagnostic(held, { count: 0, atLeast: false }, given, [database, gateway])?.what,
    );
  expect(refused(of)).toEqual([undefined, undefined]);
  expect(refused({ ...of, stage: protectedStage })).toEqual([
    "shop/orders is gone from the declaration, and prod is protected",
    "shop/models is gone from the declaration, and prod is protected",
  ]);
  const kept = system("shop", [d1("orders"), aiGateway("models")]);
  expect(refused(wanted(kept, { stage: protectedStage }))).toEqual([]);
});

describe("what a value loses", () => {
  const losses = (state: readonly StateResource[], of: System): readonly string[] =>
    valueLosses(state, wanted(of)).map(({ label, property }) => `${label}, ${property}`);
  const jobs = known(types.queue, "shop/jobs", {
    queueId: "q",
    queueName: "jobs-dev",
    settings: { messageRetentionPeriod: 345_600 },
  });

  test.each([
    [undefined, 0],
    [345_600, 0],
    [1_209_600, 0],
    [60, 1],
  ])("a retention of %s seconds instead of four days", (messageRetentionSeconds, count) => {
    const of = system("shop", [
      queue("jobs", messageRetentionSeconds === undefined ? {} : { messageRetentionSeconds }),
    ]);
    expect(losses([jobs], of)).toHaveLength(count);
  });

  test.each<[Contents, string]>([
    [{ count: 0, atLeast: false }, "0 messages are"],
    [{ count: 1, atLeast: false }, "1 message is"],
    [{ count: 1, atLeast: true }, "1 message or more are"],
    [{ count: 2, atLeast: false }, "2 messages are"],
    [{ count: undefined, atLeast: false }, "an unknown number of messages are"],
  ])("is said with the verb that goes with %j", (contents, said) => {
    const of = system("shop", [queue("jobs", { messageRetentionSeconds: 60 })]);
    expect(valueLosses([jobs], wanted(of)).map((loss) => lossText(loss, contents))).toEqual([
      `shop/jobs, messageRetentionSeconds: ${said} dropped at an age of 60 s, instead of 345600 s`,
    ]);
  });

  test("a dead letter that is unlinked while the queue is consumed still", () => {
    const consumer = known(types.consumer, "shop/api/jobs", { queueId: "q", deadLetterQueue: "dead-dev" });
    const [work, dead] = [queue("jobs"), queue("dead")];
    const api = (deadLetter?: typeof dead) =>
      worker("api", { ...settings, consumes: [{ queue: work, ...(deadLetter && { deadLetter }) }] });
    expect(losses([jobs, consumer], system("shop", [work, dead, api(dead)]))).toEqual([]);
    expect(losses([jobs, consumer], system("shop", [work, dead, api()]))).toEqual(["shop/jobs, deadLetter"]);
    expect(losses([jobs, consumer], system("shop", [work, dead]))).toEqual([]);
  });

  test("a lifecycle that deletes more, or sooner, than the one before", () => {
    const bucket = known(types.r2, "shop/files", { name: "files-dev" });
    const rules = (maxAge: number, prefix: string) =>
      known(types.lifecycle, "shop/files", {
        rules: [
          {
            id: "old",
            enabled: true,
            conditions: { prefix },
            deleteObjectsTransition: { condition: { type: "Age", maxAge } },
          },
        ],
      });
    const of = (afterDays: number, prefix: string) =>
      system("shop", [r2("files", { lifecycle: [{ id: "old", prefix, expire: { afterDays } }] })]);
    const day = 86_400;
    expect(losses([], of(1, ""))).toEqual([]);
    expect(losses([bucket], of(1, ""))).toHaveLength(1);
    expect(losses([bucket, rules(day, "")], of(1, ""))).toEqual([]);
    expect(losses([bucket, rules(day, "")], of(2, "a/"))).toEqual([]);
    expect(losses([bucket, rules(2 * day, "")], of(1, ""))).toHaveLength(1);
    expect(losses([bucket, rules(day, "a/")], of(1, ""))).toHaveLength(1);
  });

  describe("a lock that keeps less, or for less long, than the one before", () => {
    const bucket = known(types.r2, "shop/files", { name: "files-dev" });
    const locked = (condition: object, prefix: string) =>
      known(types.lock, "shop/files", { rules: [{ id: "keep", enabled: true, prefix, condition }] });
    const of = (lock?: Parameters<typeof r2>[1]) => system("shop", [r2("files", lock ?? {})]);
    const days = (forDays: number, prefix = "a/") =>
      of({ lock: [{ id: "other", prefix, retain: { forDays } }] });
    const day = { type: "Age", maxAgeSeconds: 86_400 };

    test.each([
      ["is gone", day, of(), 1],
      ["is shorter", { ...day, maxAgeSeconds: 172_800 }, days(1), 1],
      ["is of fewer objects", day, days(1, "a/b/"), 1],
      ["is switched off", day, of({ lock: [{ id: "keep", enabled: false, retain: "indefinitely" }] }), 1],
      [
        "ends on a day",
        { type: "Indefinite" },
        of({ lock: [{ id: "keep", retain: { until: "2999-01-01" } }] }),
        1,
      ],
      ["is as it was", day, days(1), 0],
      ["is longer, and of everything", day, days(2, ""), 0],
      ["never ends", day, of({ lock: [{ id: "keep", retain: "indefinitely" }] }), 0],
    ])("%s", (_what, condition, system, count) => {
      expect(losses([bucket, locked(condition, "a/")], system)).toHaveLength(count);
    });
  });

  test("a Hyperdrive configuration that leads to another database", () => {
    const legacy = known(types.hyperdrive, "shop/legacy", { origin: { host: "db", database: "shop" } });
    const of = (host: string) =>
      system("shop", [
        hyperdrive("legacy", {
          origin: { host, database: "shop", user: "ann", password: secret("password") },
        }),
      ]);
    expect(losses([legacy], of("db"))).toEqual([]);
    expect(losses([legacy], of("other"))).toEqual(["shop/legacy, origin"]);
    expect(losses([], of("other"))).toEqual([]);
  });

  test("a database that gives up its migrations", () => {
    const applied = known(types.migrations, "shop/orders/expand", {});
    const of = (migrations?: string) =>
      system("shop", [d1("orders", migrations === undefined ? {} : { migrations })]);
    expect(losses([applied], of("migrations/shop/orders"))).toEqual([]);
    expect(losses([applied], of())).toEqual(["shop/orders, migrations"]);
    expect(losses([], of())).toEqual([]);
  });

  test("a class that is to be deleted, as long as it has not been", () => {
    const of = system("shop", [
      worker("rooms", { ...settings, durableObjects: { Room: { lifecycle: { state: "deleted" } } } }),
    ]);
    expect(losses(rooms, of)).toEqual(["shop/rooms, durableObjects.Room"]);
    expect(losses([], of)).toEqual([]);
  });
});
