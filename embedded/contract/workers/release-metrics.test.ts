import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { argument, graphqlSource, type MetricSource, telemetrySource } from "../../../src/declare/index.ts";
import { fromGraphql } from "../../../src/release/metrics/graphql.ts";
import { readSource } from "../../../src/release/metrics/sources/read.ts";
import { fromTelemetry } from "../../../src/release/metrics/telemetry.ts";
import type { Window } from "../../../src/release/metrics/window.ts";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, version, visit } from "../testing/call.ts";

/** What a release measures by, asked of both APIs with real traffic behind them. */
let embedded: Embedded;
let a: string;
let window: Window;
let databaseId: string;
/** So many that one in sixteen of them, which are the new version's after sampling, cannot be none by chance. */
const requests = 300;

const code = (name: string): string => `export default { async fetch(request) {
  const { pathname } = new URL(request.url);
  console.log("served by ${name}");
  if (pathname === "/throw" && "${name}" === "new") throw new Error("on purpose");
  if (pathname === "/fail" && "${name}" === "new") return new Response("no", { status: 503 });
  return new Response("${name}"); } }`;

const rates = (set: object) => call(embedded, "PUT", `${a}/embedded/telemetry`, { delayMs: 0, ...set });

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
  const created = await call(embedded, "POST", `${a}/workers/workers`, {
    ...{ name: "shop", subdomain: { enabled: true }, observability: { enabled: true } },
  });
  const [stable, fresh] = await Promise.all(
    ["old", "new"].map(async (name) =>
      String(
        (
          await call(
            embedded,
            "POST",
            `${a}/workers/workers/${created.result["id"]}/versions`,
            version(code(name)),
          )
        ).result["id"],
      ),
    ),
  );
  await call(embedded, "POST", `${a}/workers/scripts/shop/deployments`, {
    strategy: "percentage",
    versions: [
      { version_id: stable, percentage: 50 },
      { version_id: fresh, percentage: 50 },
    ],
  });
  const fromMs = Date.now() - 1000;
  for (const path of ["/", "/throw", "/fail"])
    await Promise.all(Array.from({ length: requests / 3 }, () => visit(embedded, "shop", "dev", path)));
  await rates({});
  window = { script: "shop", fresh: fresh ?? "", stable, fromMs, toMs: Date.now() + 60_000 };
  databaseId = String((await call(embedded, "POST", `${a}/d1/database`, { name: "orders" })).result["uuid"]);
  const sql = `CREATE TABLE orders(version TEXT, at INTEGER, failed INTEGER);
    INSERT INTO orders VALUES ('${fresh}', ${fromMs + 1}, 1), ('${fresh}', ${fromMs + 2}, 0), ('${stable}', ${fromMs + 3}, 0),
      ('${fresh}', ${fromMs - 1}, 1)`;
  expect((await call(embedded, "POST", `${a}/d1/database/${databaseId}/query`, { sql })).success).toBe(true);
});
afterAll(() => embedded.close());

const api = () => ({ baseUrl: embedded.api, token: embedded.token });
const account = (): string => embedded.accounts[0]?.id ?? "";
const read = (source: MetricSource, of: Window = window) =>
  readSource(source, of, {
    ...{ api: api(), accountId: account(), stage: "dev" },
    databaseId: async () => databaseId,
    secret: () => Promise.reject(new Error("no source here has one")),
  });

test("telemetry tells versions, statuses and exceptions apart, GraphQL versions and exceptions", async () => {
  const telemetry = await fromTelemetry(api(), account(), window);
  const graphql = await fromGraphql(api(), account(), window);
  const fresh = telemetry?.fresh.requests ?? 0;
  expect(fresh).toBeGreaterThan(10);
  expect(fresh + (telemetry?.stable?.requests ?? 0)).toBe(requests);
  expect(telemetry).toMatchObject({ unattributed: 0, stable: { failed: 0, sampleInterval: 1 } });
  expect(graphql).toMatchObject({ unattributed: 0, fresh: { requests: fresh }, stable: { failed: 0 } });
  // A response of status 503 is no error to GraphQL.
  expect(graphql?.fresh.failed).toBeGreaterThan(0);
  expect(telemetry?.fresh.failed).toBeGreaterThan(graphql?.fresh.failed ?? requests);
  for (const { latencyMs } of [telemetry?.fresh, graphql?.fresh].flatMap((each) => each ?? [])) {
    expect(latencyMs.map(([level]) => level)).toEqual([0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]);
    expect(latencyMs.map(([, ms]) => ms)).toEqual(latencyMs.map(([, ms]) => ms).toSorted((x, y) => x - y));
  }
});

test("both tell that they sampled, and of how many the version is unknown", async () => {
  onTestFinished(async () => void (await rates({})));
  await rates({ sampleInterval: 4, unattributed: 0.5 });
  for (const found of [
    await fromTelemetry(api(), account(), window),
    await fromGraphql(api(), account(), window),
  ]) {
    expect(found?.fresh.sampleInterval).toBe(4);
    expect((found?.fresh.requests ?? 0) % 4).toBe(0);
    expect(found?.unattributed).toBeGreaterThan(0.1);
    expect(found?.unattributed).toBeLessThan(0.9);
  }
  const share = await read(telemetrySource({ reads: { part: [exception] } }));
  expect(share).toMatchObject({ fresh: { measures: "share", sampleInterval: 4 } });
  expect(share.unattributed).toBeGreaterThan(0.1);
});

const exception = { key: "$workers.outcome", operation: "eq", value: "exception" } as const;

test("a telemetry query is a share of events, or a calculation over them, of each version by itself", async () => {
  const known = await fromGraphql(api(), account(), window);
  const share = await read(telemetrySource({ reads: { part: [exception] } }));
  expect(share.fresh).toEqual({
    ...{ measures: "share", part: known?.fresh.failed, whole: known?.fresh.requests, sampleInterval: 1 },
  });
  expect(share.stable).toMatchObject({ measures: "share", part: 0 });
  const slowest = await read(
    telemetrySource({
      filters: [exception],
      reads: { value: { operator: "max", key: "$workers.wallTimeMs" } },
    }),
  );
  expect(slowest.fresh).toMatchObject({ measures: "number", samples: known?.fresh.failed });
  expect(slowest.stable).toEqual({ measures: "nothing", reason: "no such event is counted yet" });
  const lines = await read(
    telemetrySource({
      events: "logs",
      filters: [{ key: "$metadata.message", operation: "starts_with", value: "served by" }],
      reads: { value: { operator: "count" } },
    }),
  );
  expect(lines.fresh).toMatchObject({ measures: "number", value: known?.fresh.requests });
  const none = await read(
    telemetrySource({ reads: { value: { operator: "avg", key: "$workers.nothingHasThis" } } }),
  );
  expect(none.fresh).toEqual({ measures: "nothing", reason: "no such event is counted yet" });
});

test("GraphQL is asked with the measurement as its variables, and answers where the pointers point", async () => {
  const known = await fromGraphql(api(), account(), window);
  const source = graphqlSource({
    dataset: "WorkersInvocationsAdaptive",
    fields:
      "workersInvocationsAdaptive(limit: 1, filter: $filter) { sum { requests errors } avg { sampleInterval } }",
    filter: {
      ...{ scriptName: argument.script, scriptVersion: argument.version },
      ...{ datetime_geq: argument.from, datetime_leq: argument.to },
    },
    reads: {
      part: "/workersInvocationsAdaptive/0/sum/errors",
      whole: "/workersInvocationsAdaptive/0/sum/requests",
    },
    sampleInterval: "/workersInvocationsAdaptive/0/avg/sampleInterval",
  });
  const found = await read(source);
  expect(found.fresh).toEqual({
    ...{ measures: "share", part: known?.fresh.failed, whole: known?.fresh.requests, sampleInterval: 1 },
  });
  expect(found.stable).toMatchObject({ part: 0, whole: known?.stable?.requests });
  const before = await read(source, { ...window, fromMs: 0, toMs: 1 });
  expect(before.fresh).toMatchObject({ measures: "nothing" });
  await expect(read({ ...source, fields: "noSuchDataset(filter: $filter) { x }" })).rejects.toThrow(
    /unknown field "noSuchDataset"/,
  );
});

test("a database is asked one SELECT with the measurement bound to it, and what that read is told", async () => {
  const source: MetricSource = {
    kind: "sql",
    database: "orders",
    sql: "SELECT count(*) AS orders, sum(failed) AS failed FROM orders WHERE version = ?1 AND at BETWEEN ?2 AND ?3",
    params: [argument.version, argument.fromMs, argument.toMs],
    reads: { part: "failed", whole: "orders" },
  };
  const found = await read(source);
  expect(found).toEqual({
    fresh: { measures: "share", part: 1, whole: 2, sampleInterval: 1 },
    stable: { measures: "share", part: 0, whole: 1, sampleInterval: 1 },
    unattributed: 0,
    cost: "8 rows read",
  });
  // What is bound is data, whatever it looks like.
  const evil = await read(source, { ...window, fresh: "x' OR 1 = 1 --", stable: undefined });
  expect(evil.fresh).toMatchObject({ measures: "nothing", reason: "failed is not there, or null" });
  const none = await read({ ...source, sql: `${source.sql} GROUP BY version HAVING count(*) > 9` });
  expect(none.fresh).toEqual({ measures: "nothing", reason: "the query answered no row" });
  await expect(
    read({ ...source, sql: "SELECT 1 AS failed, 1 AS orders UNION SELECT 2, 3", params: [] }),
  ).rejects.toThrow("the query answered 2 rows; one is expected");
  await expect(read({ ...source, reads: { value: "paid" } })).rejects.toThrow(
    "the query answers no column paid",
  );
  await expect(read({ ...source, sql: "DELETE FROM orders", params: [] })).rejects.toThrow(
    "only one SELECT is sent to a database, got a statement that begins with DELETE",
  );
});
