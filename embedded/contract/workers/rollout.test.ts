import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { runCrons } from "../../api/workers/crons/crons.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Answer, call, version, visit } from "../testing/call.ts";

let embedded: Embedded;
let a: string;
const lines: string[] = [];

beforeAll(async () => {
  embedded = await startEmbedded({ log: (line) => lines.push(line) });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

const answering = (text: string): string => `export default {
  fetch(request) { const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new Error("on purpose");
    if (pathname === "/fail") { console.log("failed on purpose"); return new Response("no", { status: 503 }); }
     return new Response(${JSON.stringify(text)}) },
  scheduled(event) { console.log("cron ran " + event.cron + " at " + event.scheduledTime) } }`;
const create = async (name: string, more: object = {}): Promise<string> =>
  String(
    (await call(embedded, "POST", `${a}/workers/workers`, { name, subdomain: { enabled: true }, ...more }))
      .result["id"],
  );
const post = async (worker: string, code: string, more: object = {}): Promise<string> =>
  String(
    (await call(embedded, "POST", `${a}/workers/workers/${worker}/versions`, version(code, more))).result[
      "id"
    ],
  );
const deploy = (script: string, shares: Readonly<Record<string, number>>, query = ""): Promise<Answer> =>
  call(embedded, "POST", `${a}/workers/scripts/${script}/deployments${query}`, {
    strategy: "percentage",
    versions: Object.entries(shares).map(([version_id, percentage]) => ({ version_id, percentage })),
  });

const groups = z.object({
  data: z.object({
    viewer: z.object({
      accounts: z.array(
        z.object({
          workersInvocationsAdaptive: z.array(
            z.object({
              sum: z.object({ requests: z.number(), errors: z.number() }),
              quantiles: z.object({ wallTimeP50: z.number(), wallTimeP99: z.number() }),
              dimensions: z.object({ scriptVersion: z.string() }),
            }),
          ),
        }),
      ),
    }),
  }),
});
const query = `query M($a: string!, $f: F) { viewer { accounts(filter: {accountTag: $a}) { workersInvocationsAdaptive(limit: 100, filter: $f, orderBy: [sum_requests_DESC]) {
  sum { requests errors } quantiles { wallTimeP50 wallTimeP99 } dimensions { scriptVersion } } } } }`;
async function analytics(
  scriptName: string,
): Promise<z.infer<typeof groups>["data"]["viewer"]["accounts"][number]["workersInvocationsAdaptive"]> {
  const response = await fetch(`${embedded.api}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${embedded.token}` },
    body: JSON.stringify({
      query,
      variables: {
        a: embedded.accounts[0]?.id,
        f: { scriptName, datetime_geq: new Date(Date.now() - 600_000).toISOString() },
      },
    }),
  });
  return groups.parse(await response.json()).data.viewer.accounts[0]?.workersInvocationsAdaptive ?? [];
}

test("a rollout splits requests, its analytics tell the versions apart, and going back is one more deployment", async () => {
  const worker = await create("gradual");
  const one = await post(worker, answering("one"));
  const two = await post(worker, answering("two"));
  await deploy("gradual", { [one]: 100 });
  expect((await deploy("gradual", { [one]: 50, [two]: 50 })).success).toBe(true);
  const answers = await Promise.all(Array.from({ length: 60 }, () => visit(embedded, "gradual")));
  const twos = answers.filter((answer) => answer === "200 two").length;
  expect(twos).toBeGreaterThan(10);
  expect(twos).toBeLessThan(50);
  await deploy("gradual", { [two]: 100 });
  for (let i = 0; i < 5; i++) expect(await visit(embedded, "gradual", "dev", "/throw")).toMatch(/^500/);

  const seen = async (): Promise<number> =>
    (await analytics("gradual")).reduce((sum, group) => sum + group.sum.requests, 0);
  await expect.poll(seen).toBe(65); // analytics lag behind, as on Cloudflare
  const found = Object.fromEntries(
    (await analytics("gradual")).map((group) => [group.dimensions.scriptVersion, group]),
  );
  expect(found[one]?.sum).toEqual({ requests: 60 - twos, errors: 0 });
  expect(found[two]?.sum).toEqual({ requests: twos + 5, errors: 5 });
  expect(found[two]?.quantiles.wallTimeP99).toBeGreaterThanOrEqual(
    found[two]?.quantiles.wallTimeP50 ?? Number.NaN,
  );

  await deploy("gradual", { [one]: 100 });
  expect(await visit(embedded, "gradual")).toBe("200 one");
  const { deployments } = (await call(embedded, "GET", `${a}/workers/scripts/gradual/deployments`)).result;
  expect(deployments).toHaveLength(4);
  expect(deployments).toMatchObject([{ versions: [{ version_id: one, percentage: 100 }] }, {}, {}, {}]);
});

test("Workers Observability tells statuses, versions and console lines apart, to the official client", async () => {
  const worker = await create("observed", { observability: { enabled: true } });
  const silent = await create("unobserved");
  const one = await post(worker, answering("one"));
  await deploy("observed", { [one]: 100 });
  await deploy("unobserved", { [await post(silent, answering("x"))]: 100 });
  for (const path of ["/a?token=secret", "/a", "/fail", "/throw"])
    await visit(embedded, "observed", "dev", path);
  await visit(embedded, "unobserved", "dev", "/a");
  const client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  const ask = (
    filters: readonly (readonly [string, string])[],
    more: Partial<Cloudflare.Workers.Observability.TelemetryQueryParams> = {},
  ) =>
    client.workers.observability.telemetry.query({
      account_id: embedded.accounts[0]?.id ?? "",
      queryId: "x",
      timeframe: { from: Date.now() - 600_000, to: Date.now() },
      ...more,
      parameters: {
        filters: filters.map(([key, value]) => ({ key, operation: "eq", type: "string", value })),
        ...more.parameters,
      },
    });
  const service = ["$metadata.service", "observed"] as const;
  const finished = ["$metadata.type", "cf-worker-event"] as const;
  await expect.poll(async () => (await ask([service, finished])).events?.count).toBe(4);
  const counted = await ask([service, finished, ["$workers.scriptVersion.id", one]], {
    view: "calculations",
    parameters: {
      calculations: [
        { operator: "count" },
        { operator: "p95", key: "$workers.wallTimeMs", keyType: "number" },
      ],
      groupBys: [
        { type: "string", value: "$workers.outcome" },
        { type: "number", value: "$workers.event.response.status" },
      ],
    },
  });
  const [counts, walls] = counted.calculations ?? [];
  expect(
    counts?.aggregates
      .map(({ groups, count, sampleInterval }) => [groups?.map(({ value }) => value), count, sampleInterval])
      .toSorted(),
  ).toEqual([
    [["exception", 500], 1, 1],
    [["ok", 200], 2, 1],
    [["ok", 503], 1, 1],
  ]);
  expect(walls?.aggregates.every(({ value }) => value > 0)).toBe(true);
  const lines = await ask([service, ["$metadata.type", "cf-worker"]]);
  expect(lines.events?.events?.map(({ $metadata }) => $metadata.message)).toContain("failed on purpose");
  expect(JSON.stringify(await ask([service]))).not.toContain("secret");
  expect((await ask([["$metadata.service", "unobserved"]])).events?.count).toBe(0);
  const first = await ask([service, finished], { limit: 1 });
  const second = await ask([service, finished], {
    limit: 3,
    offset: first.events?.events?.[0]?.$metadata.id ?? "",
  });
  expect(second.events?.events).toHaveLength(3);
});

test("metrics are as late, as sampled and as incomplete as they are told to be", async () => {
  const worker = await create("rated");
  const one = await post(worker, answering("one"));
  await deploy("rated", { [one]: 100 });
  await Promise.all(Array.from({ length: 60 }, () => visit(embedded, "rated")));
  const set = (rates: object): Promise<Answer> => call(embedded, "PUT", `${a}/embedded/telemetry`, rates);
  const total = async (): Promise<number> =>
    (await analytics("rated")).reduce((sum, group) => sum + group.sum.requests, 0);
  await set({ delayMs: 0 });
  await expect.poll(total).toBe(60); // the last may be answered a moment before it is counted
  await set({ delayMs: 3_600_000 });
  expect(await total()).toBe(0);
  await set({ delayMs: 0, sampleInterval: 3 });
  expect((await total()) % 3).toBe(0);
  expect(await total()).toBeGreaterThan(20);
  await set({ delayMs: 0, unattributed: 0.5 });
  const versions = (await analytics("rated")).map(({ dimensions }) => dimensions.scriptVersion);
  expect(versions.toSorted()).toEqual(["", one]);
  expect((await set({ sampleInterval: 0 })).code).toBe(7400);
  await set({});
});

test("going back over a changed secret needs force", async () => {
  const worker = await create("secretive");
  const secret = (text: string): object => ({ bindings: [{ type: "secret_text", name: "S", text }] });
  const one = await post(worker, answering("one"), secret("a"));
  const same = await post(worker, answering("two"), secret("a"));
  const changed = await post(worker, answering("three"), secret("b"));
  await deploy("secretive", { [same]: 100 });
  expect((await deploy("secretive", { [one]: 100 })).success).toBe(true);
  expect((await deploy("secretive", { [changed]: 100 })).success).toBe(true);
  const refused = await deploy("secretive", { [one]: 100 });
  expect(refused.code).toBe(10220);
  expect(refused.message).toContain("S");
  expect((await deploy("secretive", { [one]: 100 }, "?force=true")).success).toBe(true);
});

test("a secret cannot be edited while the newest version does not serve", async () => {
  const worker = await create("behind");
  const one = await post(worker, answering("one"));
  await deploy("behind", { [one]: 100 });
  await post(worker, answering("two"));
  const refused = await call(embedded, "PUT", `${a}/workers/scripts/behind/secrets`, {
    name: "S",
    text: "x",
    type: "secret_text",
  });
  expect(refused.code).toBe(10215);
});

test("versions at once get numbers of their own, and deployments at once leave one of them serving", async () => {
  const worker = await create("crowd");
  const ids = await Promise.all(["a", "b", "c"].map((text) => post(worker, answering(text))));
  const listed = (await call(embedded, "GET", `${a}/workers/workers/${worker}/versions`)).list.map((found) =>
    Object(found),
  );
  expect(listed.map(({ number }) => number)).toEqual([3, 2, 1]);
  const answers = await Promise.all(ids.map((id) => deploy("crowd", { [id]: 100 })));
  expect(answers.every(({ success }) => success)).toBe(true);
  const last = Object((await call(embedded, "GET", `${a}/workers/scripts/crowd/deployments`)).result)[
    "deployments"
  ][0].versions[0].version_id;
  expect(await visit(embedded, "crowd")).toBe(`200 ${"abc"[ids.indexOf(last)]}`);
});

test("a cron trigger runs the handler in the minutes that it names", async () => {
  const worker = await create("ticking");
  await deploy("ticking", { [await post(worker, answering("x"))]: 100 });
  await call(embedded, "PUT", `${a}/workers/scripts/ticking/schedules`, [{ cron: "30 4 * * *" }]);
  const log: string[] = [];
  runCrons(embedded.world, Date.UTC(2026, 0, 1, 4, 31), (line) => log.push(line));
  runCrons(embedded.world, Date.UTC(2026, 0, 1, 4, 30), (line) => log.push(line));
  await expect.poll(() => lines.filter((line) => line.includes("cron ran"))).toHaveLength(1);
  expect(lines.find((line) => line.includes("cron ran"))).toContain(
    `cron ran 30 4 * * * at ${Date.UTC(2026, 0, 1, 4, 30)}`,
  );
  expect(log).toEqual([]);
});

test("settings changed while a deployment is under way are kept", async () => {
  const worker = await create("busy");
  const one = await post(worker, answering("one"));
  const deploying = deploy("busy", { [one]: 100 });
  await call(embedded, "PATCH", `${a}/workers/workers/${worker}`, { tags: ["kept"] });
  expect((await deploying).success).toBe(true);
  expect((await call(embedded, "GET", `${a}/workers/workers/${worker}`)).result["tags"]).toEqual(["kept"]);
});
