import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { call } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { d1, kv, queue, r2, system, worker } from "../../src/declare/index.ts";
import { defineProject } from "../../src/project/project.ts";
import { inventory, type Thing } from "./inventory.ts";
import { judged, type Known } from "./owners.ts";
import { chosenOrphans, removed } from "./remove.ts";
import { knownStack } from "./stacks.ts";
import { requestOf } from "./sweep.ts";
import { age, sweepText } from "./text.ts";

const [orders, cache, jobs] = [d1("orders"), kv("cache"), queue("jobs")];
const files = r2("files", { shared: true, physicalName: "files" });
const api = worker("api", {
  main: "cli/main.ts",
  compatibilityDate: "2026-01-01",
  env: { DB: orders, CACHE: cache, JOBS: jobs, FILES: files },
});
const project = defineProject({
  systems: [system("shop", [orders, cache, jobs, files, api])],
  stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
  pullRequests: {},
});

const accountId = "a".repeat(32);
const types = {
  d1: "cloudflare:index/d1Database:D1Database",
  kv: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  target: "pulumi-nodejs:dynamic/lockstep:Target",
};
const stack = (name: string, resources: readonly object[], pending: readonly object[] = []) =>
  knownStack(name, JSON.stringify({ deployment: { resources, pending_operations: pending } }));
const resource = (type: string, outputs: object, more: object = {}) => ({
  urn: `urn:pulumi:x::p::lockstep:stores:X$${type}::shop/x`,
  outputs,
  ...more,
});
const target = (account: string) => resource(types.target, { accountId: account });
const thing = (kind: Thing["kind"], name: string, id = name): Thing => ({
  kind,
  name,
  id,
  created: undefined,
});
const known = (more: Partial<Known> = {}): Known => ({
  project,
  accountId,
  stacks: [],
  busy: [],
  kept: [],
  ...more,
});
const whose = (of: Thing, more: Partial<Known> = {}): string => {
  const { whose: found, stage, kept } = judged(of, known(more));
  return [found, stage, kept === undefined ? undefined : "kept"]
    .filter((each) => each !== undefined)
    .join(" ");
};

describe("what an account has is", () => {
  const ofPr = stack("pr-12", [target(accountId), resource(types.d1, { id: "d-1", name: "orders-pr-12" })]);

  test("owned by the stack that has it, by name or by id", () => {
    expect(whose(thing("d1", "orders-pr-12", "d-1"), { stacks: [ofPr] })).toBe("owned pr-12");
    expect(whose(thing("d1", "renamed-by-hand", "d-1"), { stacks: [ofPr] })).toBe("owned pr-12");
    expect(whose(thing("kv", "orders-pr-12"), { stacks: [ofPr] })).toBe("foreign");
  });

  test("owned while a stack is half deleted, or an operation on it was cut off", () => {
    const half = stack(
      "pr-12",
      [resource(types.kv, { id: "k-1", title: "cache-pr-12" }, { delete: true })],
      [{ resource: resource(types.d1, {}, { inputs: { name: "orders-pr-12" } }), type: "creating" }],
    );
    expect(whose(thing("kv", "cache-pr-12", "k-1"), { stacks: [half] })).toBe("owned pr-12");
    expect(whose(thing("d1", "orders-pr-12", "d-9"), { stacks: [half] })).toBe("owned pr-12");
  });

  test("an orphan where a stage would name it so and no stack has it", () => {
    expect(whose(thing("d1", "orders-pr-12"))).toBe("orphan pr-12");
    expect(whose(thing("worker", "api-pr-7"))).toBe("orphan pr-7");
    expect(whose(thing("r2", "files-pr-7"))).toBe("orphan pr-7");
    expect(whose(thing("d1", "orders-dev"), { stacks: [stack("dev", [])] })).toBe("orphan dev");
  });

  test("foreign where nothing of the project is named so", () => {
    for (const name of [
      "orders-pr-0",
      "orders-pr-12x",
      "orders-pr-12-old",
      "other-pr-12",
      "pr-12",
      "Orders-pr-12",
      "orders-",
    ])
      expect(whose(thing("d1", name)), name).toBe("foreign");
    expect(whose(thing("kv", "orders-pr-12"))).toBe("foreign");
  });

  test("not taken for an orphan where a stack of another backend may have it, or a run has it in hand", () => {
    expect(whose(thing("d1", "orders-dev"))).toBe("foreign dev kept");
    expect(whose(thing("d1", "orders-pr-12"), { busy: ["pr-12"] })).toBe("foreign pr-12 kept");
  });

  test("kept where its name is that of a protected stage, whoever else it may be of", () => {
    const stacks = [stack("prod", []), stack("dev", [])];
    expect(whose(thing("d1", "orders"), { stacks })).toBe("orphan prod kept");
    expect(whose(thing("r2", "files"), { stacks })).toBe("orphan prod kept");
  });

  test("kept where it served before a restore put another one in its place, by its id, and what serves now is owned", () => {
    const before = { stage: "prod", resource: "shop/orders", until: "2026-11-30T12:00:00.000Z" };
    const kept = [{ ...before, kind: "d1", name: "orders", id: "d-1" }];
    const prod = stack("prod", [target(accountId), resource(types.d1, { id: "d-2", name: "orders-1" })]);
    const stacks = [prod];
    expect(whose(thing("d1", "orders", "d-1"), { stacks, kept })).toBe("kept prod kept");
    expect(judged(thing("d1", "orders", "d-1"), known({ stacks, kept })).kept).toBe(
      "was shop/orders of prod until 2026-11-30 12:00",
    );
    expect(whose(thing("d1", "orders-1", "d-2"), { stacks, kept })).toBe("owned prod");
    expect(whose(thing("kv", "orders", "d-1"), { stacks, kept })).toBe("foreign");
    const [one] = [thing("d1", "orders", "d-1")].map((each) => judged(each, known({ stacks, kept })));
    expect(() => chosenOrphans(["orders"], one === undefined ? [] : [one])).toThrow(
      /kept: was shop\/orders of prod/,
    );
  });

  test("of the stacks of this account alone: the same name in another one is another thing", () => {
    const elsewhere = stack("pr-12", [
      target("b".repeat(32)),
      resource(types.d1, { id: "d-2", name: "orders-pr-12" }),
    ]);
    expect(whose(thing("d1", "orders-pr-12", "d-1"), { stacks: [elsewhere] })).toBe("orphan pr-12");
    // One that does not say where it was deployed to may be here.
    const unsaid = stack("pr-12", [resource(types.d1, { id: "d-2", name: "orders-pr-12" })]);
    expect(whose(thing("d1", "orders-pr-12", "d-1"), { stacks: [unsaid] })).toBe("owned pr-12");
  });
});

test("only orphans are deleted, each by a name that means one thing", () => {
  const stacks = [
    stack("prod", []),
    stack("dev", [target(accountId), resource(types.d1, { id: "1", name: "orders-dev" })]),
  ];
  const all = [
    thing("d1", "orders-pr-12"),
    thing("worker", "api-pr-12"),
    thing("d1", "orders-dev", "1"),
    thing("d1", "orders"),
    thing("d1", "theirs"),
    thing("kv", "twice"),
    thing("queue", "twice"),
  ].map((each) => judged(each, known({ stacks })));
  expect(
    chosenOrphans(["orders-pr-12", "worker/api-pr-12", "api-pr-12"], all).map(({ name }) => name),
  ).toEqual(["api-pr-12", "orders-pr-12"]);
  const refused: readonly [string, RegExp][] = [
    ["orders-dev", /owned by stack dev/],
    ["orders", /prod is protected/],
    ["theirs", /foreign/],
    ["twice", /kv\/twice, foreign; queue\/twice, foreign/],
    ["nothing", /has nothing of this name/],
  ];
  for (const [name, reason] of refused)
    expect(() => chosenOrphans(["orders-pr-12", name], all), name).toThrow(reason);
});

describe("on an account", () => {
  let embedded: Embedded;
  let folder: string;
  let connected: Connection;
  const accounts: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lockstep sweep "));
    embedded = await startEmbedded({
      log: logInternalErrors,
      dataDir: folder,
      port: 0,
      accounts: ["one", "two"],
    });
    connected = { baseUrl: embedded.api, token: embedded.token };
    accounts.push(...embedded.accounts.map(({ id }) => id));
  });
  afterAll(async () => {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const make = (account: string | undefined, path: string, body: object): Promise<unknown> =>
    call(connected, "POST", `/accounts/${account}/${path}`, body);

  test("everything is seen, page after page, and of this account alone", async () => {
    const [one, two] = accounts;
    for (let i = 0; i < 205; i++) await make(one, "storage/kv/namespaces", { title: `n-${i}` });
    await make(one, "d1/database", { name: "orders-pr-12" });
    await make(one, "queues", { queue_name: "jobs-pr-12" });
    await make(one, "r2/buckets", { name: "files-pr-12" });
    await make(two, "d1/database", { name: "orders-pr-13" });
    const all = await inventory(connected, one ?? "");
    expect(all.filter(({ kind }) => kind === "kv")).toHaveLength(205);
    expect(all.filter(({ kind }) => kind !== "kv").map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "queue jobs-pr-12",
      "d1 orders-pr-12",
      "r2 files-pr-12",
    ]);
    expect((await inventory(connected, two ?? "")).map(({ name }) => name)).toEqual(["orders-pr-13"]);
  });

  test("orphans go, what is gone already is no failure, and a bucket that is not empty stays and is told", async () => {
    const [one = ""] = accounts;
    await call(connected, "PUT", `/accounts/${one}/r2/buckets/files-pr-12/objects/a.txt`, { a: 1 });
    const seen = (await inventory(connected, one)).map((each) => judged(each, known({ accountId: one })));
    const chosen = chosenOrphans(["orders-pr-12", "jobs-pr-12", "files-pr-12"], seen);
    const said: (string | undefined)[] = [];
    for (const each of chosen) said.push(await removed(each, connected, one));
    expect(said).toEqual([undefined, undefined, expect.stringMatching(/not empty/i)]);
    const [gone] = chosen;
    expect(gone && (await removed(gone, connected, one))).toBeUndefined();
    const left = await inventory(connected, one);
    expect(left.filter(({ kind }) => kind !== "kv").map(({ name }) => name)).toEqual(["files-pr-12"]);
  });
});

test("the table has orphans first, and says of a pull request whose lease has ended that it has", () => {
  const now = new Date("2026-12-01T12:00:00Z");
  const leased = knownStack(
    "pr-12",
    JSON.stringify({
      deployment: {
        resources: [
          { urn: "urn:pulumi:x::p::pulumi:pulumi:Stack::p-x", outputs: { lease: "2026-11-30T12:00:00Z" } },
        ],
      },
    }),
  );
  const all = [
    { ...judged(thing("kv", "theirs"), known()), size: undefined },
    {
      ...judged({ ...thing("d1", "orders-pr-7"), created: "2026-11-20T12:00:00Z" }, known()),
      size: "3 rows",
    },
    { ...thing("d1", "x"), whose: "owned" as const, stage: "pr-12", kept: undefined, size: undefined },
  ];
  const text = sweepText(all, accountId, [leased], now);
  expect(text).toContain(`Account ${accountId}: 1 orphan, 0 kept, 1 foreign, 1 owned\n`);
  expect(text).toMatch(/orphan +d1 +orders-pr-7 +11 d +3 rows +named as pr-7's\n *foreign +kv +theirs/);
  expect(text).toContain("owned by pr-12: 1, its lease ended 2026-11-30T12:00:00Z: destroy it\n");
  expect(age("2026-12-01T11:30:00Z", now)).toBe("under 1 h");
});

test.each([
  [["--delete"]],
  [["a"]],
  [["--delete", "a", "--json"]],
  [["pr-1", "a"]],
  [["--all"]],
])("%j is refused before anybody is asked", (args) => {
  expect(() => requestOf(args, project)).toThrow(/The command line is wrong/);
});

test("without a stage it is the pull requests' account that is meant", () => {
  expect(requestOf([], project).stage).toMatchObject({ embeddedAccount: "pull-requests" });
  expect(requestOf(["prod"], project).stage.name).toBe("prod");
  expect(requestOf(["--delete", "a", "b", "--yes", "delete 2"], project)).toMatchObject({
    names: ["a", "b"],
    yes: "delete 2",
  });
});
