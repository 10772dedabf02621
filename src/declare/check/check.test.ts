import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import {
  ai,
  assets,
  type Binding,
  d1,
  durableObject,
  perStage,
  queue,
  type Resource,
  r2,
  service,
  system,
  vectorize,
  type Worker,
  type WorkerOptions,
  worker,
} from "../index.ts";
import { check } from "./index.ts";

const stage = { name: "staging", nameSuffix: "-staging" };
const stageNames = ["dev", "staging", "prod"];
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-check-"));
  for (const file of [
    "a.ts",
    "migrations/x/0001_a.sql",
    "site/index.html",
    "pages/_worker.js",
    "ours/_worker.js",
  ]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  writeFileSync(join(root, "ours/.assetsignore"), "_worker.js\n");
  mkdirSync(join(root, "films"));
  writeFileSync(join(root, "films/long.mp4"), "");
  truncateSync(join(root, "films/long.mp4"), 25 * 1024 * 1024 + 1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a worker with a module of its own may be given. */
type Settings = Partial<WorkerOptions<Readonly<Record<string, Binding>>> & { readonly main: string }>;

const plain = (name: string, options: Settings = {}): Worker =>
  worker(name, { main: "a.ts", compatibilityDate: "2026-01-01", env: {}, ...options });
const diagnostics = (...resources: Resource[]): Diagnostic[] =>
  check([system("s", resources)], stage, { stageNames, root });
const whats = (...resources: Resource[]): string[] => diagnostics(...resources).map(({ what }) => what);

test("a system without a mistake has no diagnostics", () => {
  const db = d1("db", { migrations: "migrations/x" });
  const files = r2("files");
  const jobs = queue("jobs");
  const index = vectorize("index", { dimensions: 3, metric: "cosine" });
  const callee = plain("callee");
  const caller = plain("caller", {
    env: {
      DB: db,
      FILES: files,
      JOBS: jobs,
      INDEX: index,
      CALLEE: service(callee),
      AI: ai(),
      LEVEL: perStage({ staging: "info" }),
    },
    consumes: [{ queue: jobs }],
    crons: ["0 3 * * *"],
  });
  expect(diagnostics(db, files, jobs, index, callee, caller)).toEqual([]);
});

test("static files come with code, without it, and with settings", () => {
  const shop = plain("shop", {
    assets: { directory: "site", runWorkerFirst: ["/api/*", "!/api/docs/*"], htmlHandling: "none" },
    env: { ASSETS: assets() },
  });
  const site = worker("site", { assets: "ours", compatibilityDate: "2026-01-01" });
  expect(diagnostics(shop, site)).toEqual([]);
});

test("classes may be renamed to one of the worker's, deleted, and handed over between workers that both know them", () => {
  const giver: Worker = plain("giver", {
    durableObjects: {
      Old: { lifecycle: { state: "renamed", renamedTo: "New" } },
      New: {},
      Gone: { lifecycle: { state: "deleted" } },
      Room: { lifecycle: { state: "transferred", transferredTo: () => taker } },
    },
  });
  const taker: Worker = plain("taker", {
    durableObjects: { Room: { lifecycle: { state: "expecting-transfer", transferFrom: () => giver } } },
  });
  expect(diagnostics(giver, taker)).toEqual([]);
  expect(whats(giver, plain("taker", { durableObjects: { Room: {} } }))).toEqual([
    "Durable Object class Room changes hands with a worker that does not know it",
  ]);
});

test("what is declared for a stage that does not exist is refused: it would never happen", () => {
  const id = "483da8b0-94c7-4f9e-ab1a-68df41e5664d";
  const db = d1("db", { adopt: { production: id } });
  const found = diagnostics(db, plain("w", { env: { DB: db } }));
  expect(found.map(({ what, where, got }) => [what, where, got])).toEqual([
    ["There is no such stage", "s/db (d1), adopt", "production"],
  ]);
});

test("what all stages share has one name", () => {
  const docs = r2("docs", { shared: true, physicalName: "docs-{stage}" });
  expect(whats(docs, plain("w", { env: { DOCS: docs } }))).toEqual([
    "A resource that all stages share, with a name that differs by stage",
  ]);
});

test("numbers beyond Cloudflare's limits are refused, each with what it may be", () => {
  const jobs = queue("jobs", { messageRetentionSeconds: 10 });
  const index = vectorize("index", { dimensions: 1537, metric: "cosine" });
  const found = diagnostics(
    jobs,
    index,
    plain("w", { env: { INDEX: index }, consumes: [{ queue: jobs, batchSize: 0, maxRetries: 1.5 }] }),
  );
  expect(found.map(({ where, got, expected }) => `${where}: ${got}, not ${expected}`)).toEqual([
    "s/jobs (queue), messageRetentionSeconds: 10, not a whole number of 60 to 1209600",
    "s/index (vectorize), dimensions: 1537, not a whole number of 1 to 1536",
    "s/w (worker), batchSize of jobs: 0, not a whole number of 1 to 100",
    "s/w (worker), maxRetries of jobs: 1.5, not a whole number of 0 to 100",
  ]);
});

describe("names", () => {
  test("a worker's name that is too long is refused, with what it is and may be", () => {
    const [diagnostic] = diagnostics(plain("w".repeat(60)));
    expect(diagnostic?.what).toBe("A name that is 5 characters too long");
    expect(diagnostic?.got).toBe(`${"w".repeat(60)}-staging (68 characters)`);
    expect(diagnostic?.where).toContain("in staging");
  });

  test.each([
    ["a worker with capitals", plain("Api")],
    ["a worker that ends in a dash", plain("api", { physicalName: "{name}-" })],
  ])("%s is refused", (_what, resource) => {
    expect(whats(resource)).toEqual(["A name that Cloudflare does not accept"]);
  });

  test.each([
    ["a bucket with an underscore", r2("my_files"), "A name that Cloudflare does not accept"],
    [
      "a bucket of two characters",
      r2("ab", { physicalName: "ab" }),
      "A name that Cloudflare does not accept",
    ],
    ["a queue with a dot", queue("my.queue"), "A name that Cloudflare does not accept"],
    [
      "a metric that there is not",
      vectorize("notes", { dimensions: 3, metric: JSON.parse('"manhattan"') }),
      "A word that Cloudflare does not know",
    ],
    [
      "an index that begins with a digit",
      vectorize("1st", { dimensions: 3, metric: "cosine" }),
      "A name that Cloudflare does not accept",
    ],
    [
      "a template with a placeholder that nobody knows",
      d1("db", { physicalName: "{name}-{region}" }),
      "A name template with an unknown placeholder",
    ],
    ["a logical name with a slash", d1("a/b", { physicalName: "ab" }), "A logical name that cannot be used"],
  ])("%s is refused", (_what, resource, what) => {
    expect(whats(resource, plain("w", { env: { X: resource } }))).toEqual([what]);
  });

  test("two databases with one name at Cloudflare are refused", () => {
    const [a, b] = [d1("a", { physicalName: "same" }), d1("b", { physicalName: "same" })];
    expect(whats(a, b, plain("w", { env: { A: a, B: b } }))).toEqual([
      "Two resources of one kind with the same name at Cloudflare",
    ]);
  });

  test("two databases with one logical name are refused", () => {
    const [a, b] = [d1("a"), d1("a", { physicalName: "other" })];
    expect(whats(a, b, plain("w", { env: { A: a, B: b } }))).toEqual([
      "Two resources of one kind with the same logical name",
    ]);
  });

  test("a database and a worker may have the same name", () => {
    const db = d1("silo");
    expect(whats(db, plain("silo", { env: { DB: db } }))).toEqual([]);
  });

  test("two systems must not meet in one account", () => {
    const found = check([system("one", [plain("api")]), system("two", [plain("api")])], stage, {
      stageNames,
      root,
    });
    expect(found.map(({ got }) => got)).toEqual(["worker api-staging twice"]);
  });
});

describe("what a worker uses", () => {
  test("has to be listed", () => {
    const db = d1("db");
    const [diagnostic] = diagnostics(plain("w", { env: { DB: db } }));
    expect(diagnostic?.what).toBe("Worker w uses a resource that its system does not list");
    expect(diagnostic?.got).toBe("d1 db");
  });

  test("counts dead-letter queues and called workers", () => {
    const [jobs, failed] = [queue("jobs"), queue("failed")];
    expect(
      whats(
        jobs,
        plain("w", { consumes: [{ queue: jobs, deadLetter: failed }], env: { S: service(plain("x")) } }),
      ),
    ).toEqual([
      "Worker w uses a resource that its system does not list",
      "Worker w uses a resource that its system does not list",
    ]);
  });

  test("and what nobody uses is not listed by mistake", () => {
    expect(whats(r2("files"), plain("w"))).toEqual(["A store that no worker uses"]);
  });

  test("and nothing is listed twice", () => {
    const each = plain("w");
    expect(whats(each, each)).toEqual(["A resource that is listed twice"]);
  });
});

describe("cycles", () => {
  test("of services can be deployed", () => {
    const a: Worker = plain("a", { env: { B: service((): Worker => b) } });
    const b: Worker = plain("b", { env: { A: service(a) } });
    expect(diagnostics(a, b)).toEqual([]);
  });

  test("of Durable Object owners cannot, and the path is told", () => {
    const one = (name: string, owner: () => Worker): Worker =>
      plain(name, { durableObjects: { Room: {} }, env: { ROOM: durableObject("Room", owner) } });
    const a: Worker = one("a", () => b);
    const b: Worker = one("b", () => c);
    const c: Worker = one("c", () => a);
    expect(whats(a, b, c)).toHaveLength(1);
    expect(whats(a, b, c)[0]).toMatch(
      /^Circular dependency detected: (a → b → c → a|b → c → a → b|c → a → b → c)$/,
    );
  });

  test("of a worker with itself can be deployed", () => {
    const a: Worker = plain("a", { env: { SELF: service((): Worker => a, "Jobs") } });
    expect(diagnostics(a)).toEqual([]);
  });

  test("of events are refused: they would have no end", () => {
    const own: Worker = { ...plain("own"), tailConsumers: [] };
    const itself: Worker = Object.assign(own, { tailConsumers: [own] });
    expect(whats(itself)).toEqual([
      "Worker own would get the events of its own tail handler, without an end",
    ]);
    const tail: Worker = plain("tail", { env: { STORE: service((): Worker => store) } });
    const store: Worker = plain("store", { env: { API: service((): Worker => api) } });
    const api: Worker = plain("api", { tailConsumers: [tail] });
    expect(whats(tail, store, api)).toEqual([
      "Worker tail gets the events of api and causes some, without an end",
    ]);
  });
});

describe("workers", () => {
  test("need a module that exists", () => {
    const [diagnostic] = diagnostics(plain("w", { main: "services/api/index.ts" }));
    expect(diagnostic?.what).toBe("Module not found: services/api/index.ts");
    expect(diagnostic?.fix).toContain("create services/api/index.ts");
  });

  test.each<[string, Settings, string]>([
    ["a date that is none", { compatibilityDate: "2026-13-45" }, "A compatibility date that is no date"],
    ["a cron with four fields", { crons: ["0 3 * *"] }, "A cron expression that Cloudflare does not accept"],
    ["a cron on day 0", { crons: ["0 3 * * 0"] }, "A cron expression that Cloudflare does not accept"],
    [
      "a class that is renamed to nothing",
      { durableObjects: { Old: { lifecycle: { state: "renamed", renamedTo: "New" } } } },
      "Durable Object class Old is renamed to a class that is not there",
    ],
    [
      "a class that goes to a worker which does not expect it",
      {
        durableObjects: {
          Room: { lifecycle: { state: "transferred", transferredTo: () => plain("other") } },
        },
      },
      "Durable Object class Room changes hands with a worker that does not know it",
    ],
    [
      "a class that is renamed to one that is gone itself",
      {
        durableObjects: {
          Old: { lifecycle: { state: "renamed", renamedTo: "New" } },
          New: { lifecycle: { state: "deleted" } },
        },
      },
      "Durable Object class Old is renamed to a class that is not there",
    ],
    [
      "a day that does not exist",
      { compatibilityDate: "2026-02-31" },
      "A compatibility date that is no date",
    ],
    ["a file for assets", { assets: "a.ts" }, "There is no folder of assets for worker w"],
    [
      "routes of a stage that does not exist",
      { routes: { production: [{ pattern: "a.example/*", zoneId: "0".repeat(32) }] } },
      "There is no such stage",
    ],
    [
      "a variable for a stage that does not exist",
      { env: { L: perStage({ staging: "x", production: "y" }) } },
      "There is no such stage",
    ],
    ["assets that are not there", { assets: "dist" }, "There is no folder of assets for worker w"],
    [
      "a binding to assets that it does not have",
      { env: { ASSETS: assets() } },
      "Worker w binds static files that it does not have",
    ],
    [
      "two bindings to its assets",
      { assets: "site", env: { A: assets(), B: assets() } },
      "Static files that are bound twice",
    ],
    ["a file that is too large", { assets: "films" }, "A static file that is too large for Cloudflare"],
    [
      "Pages' code among its assets",
      { assets: "pages" },
      "Code among the static files, which anybody could read",
    ],
    ...(
      [
        ["a path without a slash", ["api/*"]],
        ["only paths that are left out", ["!/api/*"]],
        ["a path twice", ["/api", "/api"]],
        ["a path that another one holds", ["/api/*", "/api/users"]],
        ["a path that is too long", [`/${"a".repeat(100)}`]],
        ["no path", []],
        ["too many paths", Array.from({ length: 101 }, (_, at) => `/${at}x`)],
      ] as const
    ).map(
      ([what, runWorkerFirst]): [
        string,
        Partial<WorkerOptions<Readonly<Record<string, Binding>>>>,
        string,
      ] => [
        `${what} for the code`,
        { assets: { directory: "site", runWorkerFirst } },
        "Paths for which the code goes before the files that Cloudflare does not accept",
      ],
    ),
    [
      "a binding that code cannot write",
      { env: { "MY-DB": "x" } },
      "A binding with a name that code cannot write",
    ],
    [
      "a variable without a value for the stage",
      { env: { L: perStage({ dev: "x" }) } },
      "A variable without a value for stage staging",
    ],
    [
      "a class that the worker does not have",
      { env: { R: durableObject("Room") } },
      "There is no Durable Object class Room in worker w",
    ],
  ])("with %s are refused", (_what, options, what) => {
    expect(whats(plain("w", options))).toEqual([what]);
  });

  test("have settings, and crons by stage", () => {
    const tail = plain("tail");
    const all = plain("all", {
      observability: {
        headSamplingRate: 0.1,
        logs: { headSamplingRate: 0, destinations: ["store"] },
        traces: { enabled: true },
      },
      logpush: true,
      placement: { region: "aws:eu-central-1" },
      limits: { cpuMs: 1, subRequests: 10_000_000 },
      tailConsumers: [tail],
      previewUrls: true,
      crons: { prod: ["0 3 * * *"], dev: [] },
    });
    expect(diagnostics(tail, all)).toEqual([]);
    expect(whats(all)).toEqual(["Worker all uses a resource that its system does not list"]);
  });

  test("have rates of 0 to 1, whatever they are for", () => {
    const rate = fc.double({ noNaN: false });
    fc.assert(
      fc.property(rate, (headSamplingRate) => {
        const expected = headSamplingRate >= 0 && headSamplingRate <= 1 ? 0 : 1;
        for (const observability of [
          { headSamplingRate },
          { logs: { headSamplingRate } },
          { traces: { headSamplingRate } },
        ])
          expect(diagnostics(plain("w", { observability }))).toHaveLength(expected);
      }),
    );
  });

  test.each<[string, Partial<WorkerOptions<Readonly<Record<string, Binding>>>>, string]>([
    [
      "too much processor time",
      { limits: { cpuMs: 300_001 } },
      "limits.cpuMs: 300001, not a whole number of 1 to 300000",
    ],
    [
      "no requests",
      { limits: { subRequests: 0 } },
      "limits.subRequests: 0, not a whole number of 1 to 10000000",
    ],
    [
      "a region without a cloud",
      { placement: { region: "eu" } },
      'placement.region: "eu", not a cloud and its region, such as "aws:eu-central-1"',
    ],
    [
      "a host with a scheme",
      { placement: { hostname: "https://a.example" } },
      'placement.hostname: "https://a.example", not a host, such as "api.example.com"',
    ],
    [
      "a host without a port",
      { placement: { host: "db.example.com" } },
      'placement.host: "db.example.com", not a host and its port, such as "db.example.com:5432"',
    ],
    ["crons of a stage that does not exist", { crons: { live: [] } }, "crons: live, not dev, staging, prod"],
    [
      "crons of another stage that are none",
      { crons: { prod: ["0 3 * *"] } },
      'crons: "0 3 * *", not five fields: minute, hour, day of month, month, day of week',
    ],
  ])("with %s are refused", (_what, options, expected) => {
    const [first, ...others] = diagnostics(plain("w", options));
    expect(`${String(first?.where).replace(/^.*, /, "")}: ${first?.got}, not ${first?.expected}`).toBe(
      expected,
    );
    expect(others).toEqual([]);
  });

  test("have hosts and paths that are theirs, by stage", () => {
    const zoneName = "example.com";
    const routes = [
      { pattern: "example.com/api/*", zoneName },
      { pattern: "*.example.com/*", zoneName },
      { pattern: "*example.com/", zoneName },
      { pattern: "https://www.example.com", zoneId: "0123456789abcdef0123456789abcdef" },
    ];
    const one = plain("one", {
      domains: { prod: ["example.com"], staging: ["a-b.example.co.uk"] },
      routes: { prod: routes },
    });
    const two = plain("two", { domains: { dev: ["a-b.example.co.uk"] } });
    expect(diagnostics(one, two)).toEqual([]);
  });

  test.each([
    "https://example.com",
    "example.com/",
    "example.com:443",
    "*.example.com",
    "Example.com",
    "localhost",
    "",
    "a..com",
  ])("have no custom domain %j", (host) => {
    expect(whats(plain("w", { domains: { prod: [host] } }))).toEqual([
      "A custom domain that is no host name",
    ]);
  });

  test.each([
    { pattern: "example.com/*/x", zoneName: "example.com" },
    { pattern: "www.*.com/", zoneName: "example.com" },
    { pattern: "example.com:80/*", zoneName: "example.com" },
    { pattern: "example.com/?q=*", zoneName: "example.com" },
    { pattern: "*/*", zoneName: "example.com" },
    { pattern: "badexample.com/*", zoneName: "example.com" },
    { pattern: "example.com/*", zoneName: "https://example.com" },
    { pattern: "example.com/*", zoneId: "example.com" },
    { pattern: "", zoneName: "example.com" },
  ])("have no route %j", (route) => {
    expect(whats(plain("w", { routes: { prod: [route] } }))).toEqual([
      "A route that Cloudflare does not accept",
    ]);
  });

  test("have each address once in a stage", () => {
    const routes = { staging: [{ pattern: "example.com/*", zoneName: "example.com" }] };
    const one = plain("one", { domains: { staging: ["api.example.com"] }, routes });
    const two = plain("two", { domains: { staging: ["api.example.com"] }, routes });
    const found = check([system("a", [one]), system("b", [two])], stage, { stageNames, root });
    expect(found.map(({ where, got }) => `${where}: ${got}`)).toEqual([
      "a/one and b/two, in staging: api.example.com",
      "a/one and b/two, in staging: example.com/*",
    ]);
  });

  test.each<[string, Partial<WorkerOptions<Readonly<Record<string, Binding>>>>, string]>([
    ["neither code nor assets", {}, "Worker w has neither code nor static files"],
    ["bindings", { assets: "site", env: { L: "x" } }, "Worker w has no code that could use env.L"],
    ["crons", { assets: "site", crons: [] }, "Worker w has no code that could use crons"],
    [
      "classes",
      { assets: "site", durableObjects: { Room: {} } },
      "Worker w has no code that could use durableObjects",
    ],
    [
      "paths for code",
      { assets: { directory: "site", runWorkerFirst: true } },
      "Paths for which the code goes before the files that Cloudflare does not accept",
    ],
  ])("without code and with %s are refused", (_what, options, what) => {
    const { main: _, ...codeless } = plain("w", options);
    expect(whats(codeless)).toEqual([what]);
  });

  test("consume a queue one at a time", () => {
    const jobs = queue("jobs");
    const found = diagnostics(
      jobs,
      plain("a", { consumes: [{ queue: jobs }] }),
      plain("b", { consumes: [{ queue: jobs }] }),
    );
    expect(found.map(({ what, got }) => `${what}: ${got}`)).toEqual(["A queue with two consumers: a and b"]);
  });

  test("do not send dead letters back to where they came from", () => {
    const jobs = queue("jobs");
    expect(whats(jobs, plain("a", { consumes: [{ queue: jobs, deadLetter: jobs }] }))).toEqual([
      "A queue that is its own dead-letter queue",
    ]);
  });
});

test("a database needs its folder of migrations", () => {
  const db = d1("db", { migrations: "migrations/none" });
  expect(whats(db, plain("w", { env: { DB: db } }))).toEqual([
    "There is no folder of migrations for database db",
  ]);
});

test("a system outside its stages is refused", () => {
  const found = check([system("s", [plain("w")], { stages: ["prod"] })], stage, { stageNames, root });
  expect(found.map(({ what }) => what)).toEqual(["System s does not exist in stage staging"]);
});

test("all mistakes are told at once, each with all its parts", () => {
  const found = diagnostics(plain("W", { main: "none.ts", crons: ["x"], env: { "a-b": "1" } }), r2("UNUSED"));
  expect(found.length).toBeGreaterThanOrEqual(6);
  for (const diagnostic of found) for (const part of Object.values(diagnostic)) expect(part).not.toBe("");
});

test("a queue that is pulled over HTTP is consumed by no worker, and needs none", () => {
  const failed = queue("failed");
  const jobs = queue("jobs", { pullConsumer: { deadLetter: failed } });
  expect(whats(jobs, failed)).toEqual([]);
  expect(whats(jobs)).toEqual(["Dead letters go to a queue that its system does not list"]);
  expect(whats(jobs, failed, plain("w", { consumes: [{ queue: jobs }] }))).toEqual([
    "A queue with two consumers",
  ]);
  const late = queue("late", { pullConsumer: { visibilityTimeoutMs: 50_000_000 } });
  expect(whats(late)).toEqual(["A number that Cloudflare does not accept"]);
});

test("a recipe of an index names a database and a queue of its system, and a queue that a worker consumes", () => {
  const notes = d1("notes");
  const added = queue("added");
  const recipe = { database: notes, select: "SELECT id FROM notes", queue: added };
  const index = vectorize("index", { dimensions: 8, metric: "cosine", recipe });
  const consumer = plain("w", { env: { INDEX: index, DB: notes }, consumes: [{ queue: added }] });
  expect(whats(notes, added, index, consumer)).toEqual([]);
  expect(whats(index, plain("w", { env: { INDEX: index } }))).toEqual([
    "A recipe names a resource that its system does not list",
    "A recipe names a resource that its system does not list",
    "Nobody would make the vectors: no worker consumes the recipe's queue",
  ]);
});

test("a class's storage is backed up by two methods of its own, which the runtime does not call by itself", () => {
  const rooms = (backup: { readonly export: string; readonly import: string }) =>
    whats(plain("rooms", { durableObjects: { Room: { backup } } }));
  expect(rooms({ export: "exportStorage", import: "importStorage" })).toEqual([]);
  for (const [out, back] of [
    ["same", "same"],
    ["fetch", "importStorage"],
    ["exportStorage", "not a name"],
  ] as const)
    expect(rooms({ export: out, import: back })).toEqual([
      "The storage of Durable Object class Room cannot be backed up by these methods",
    ]);
});
