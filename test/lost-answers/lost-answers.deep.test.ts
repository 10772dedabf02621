import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { ServedProvider } from "../../embedded/provider/protocol/serve.ts";
import type { Clone } from "../clone.ts";
import { type FaultProxy, faultProxy } from "../migrations/testing/fault-proxy.ts";
import { random } from "../migrations/testing/schedule.ts";
import { callThrough } from "../through-provider.ts";
import { everything } from "./everything.ts";

/** Everything is made through a proxy that carries a call out and loses its answer. */
let project: Clone;
let proxy: FaultProxy;
let provider: ServedProvider;
/** What was lost, in order: the first answer of every kind of call, and by the seed some of the later ones. */
const lost: string[] = [];
const chance = random(20_261_130);

beforeAll(async () => {
  project = await everything();
  proxy = await faultProxy(project.embedded.api, (body, route) => {
    const call = makes(route, body);
    if (call === undefined || (lost.includes(call) && chance() > 0.15)) return "none";
    lost.push(call);
    return chance() < 0.5 ? "dropAnswer" : "504AfterCommit";
  });
  await project.api("dev", "POST", "/ai-gateway/gateways", {
    ...{ id: "archive-dev", cache_invalidate_on_update: false, cache_ttl: 30, collect_logs: true },
    ...{ rate_limiting_interval: 0, rate_limiting_limit: 0, rate_limiting_technique: "fixed" },
  });
  provider = await callThrough(project, proxy.baseUrl);
});
afterAll(async () => {
  await provider.close();
  await proxy.close();
  await project.remove();
});

/** `POST queues/*\/consumers worker` for a call that makes something; undefined for one that reads or deletes. */
function makes(route: string, body: string): string | undefined {
  const [method = "", url = ""] = route.split(" ");
  if (method !== "POST" && method !== "PUT") return undefined;
  const path = (url.split("?")[0] ?? "").replace(/^\/client\/v4\/(?:accounts\/[0-9a-f]{32}\/)?/, "");
  // What reads and writes inside a database has its own tests of faults; zones are made on the embedded target alone.
  if (/^zones$|\/activation_check$|^d1\/database\/.|^graphql/.test(path)) return undefined;
  const kind = path.endsWith("/consumers") ? ` ${/"type":"(\w+)"/.exec(body)?.[1]}` : "";
  return `${method} ${path.replaceAll(/\/(?:[0-9a-f]{32}|[0-9a-f-]{36}|[\w-]+-dev)(?=\/|$)/g, "/*")}${kind}`;
}

const pulumi = (...args: string[]) => project.pulumi([...args, "--stack", "dev"]);

const zones = z.array(z.object({ id: z.string() }));
const named = z.array(z.record(z.string(), z.unknown()));

async function global(path: string): Promise<unknown> {
  const response = await fetch(`${project.embedded.api}${path}`, {
    headers: { authorization: `Bearer ${project.embedded.token}` },
  });
  return z.object({ result: z.unknown() }).parse(await response.json()).result;
}

const lists: readonly (readonly [path: string, name: string])[] = [
  ["/d1/database", "name"],
  ["/storage/kv/namespaces", "title"],
  ["/queues", "queue_name"],
  ["/vectorize/v2/indexes", "name"],
  ["/ai-gateway/gateways", "id"],
  ["/hyperdrive/configs", "name"],
  ["/workers/workers", "name"],
  ["/workers/domains", "hostname"],
  ["/workflows", "name"],
];

/** What is in the account, a line each. */
async function inventory(): Promise<readonly string[]> {
  const of = async (path: string, name: string): Promise<readonly string[]> =>
    named.parse(await project.api("dev", "GET", path)).map((each) => `${path} ${each[name]}`);
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  const [zone] = zones.parse(await global(`/zones?account.id=${account}`));
  const routes = named.parse(await global(`/zones/${zone?.id}/workers/routes`));
  const queues = named.parse(await project.api("dev", "GET", "/queues"));
  const { buckets } = z.object({ buckets: named }).parse(await project.api("dev", "GET", "/r2/buckets"));
  const consumers = await Promise.all(
    queues.map(async (queue) =>
      named
        .parse(await project.api("dev", "GET", `/queues/${queue["queue_id"]}/consumers`))
        .map(({ type }) => `consumer ${queue["queue_name"]} ${type}`),
    ),
  );
  return [
    ...(await Promise.all(lists.map(([path, name]) => of(path, name)))).flat(),
    ...buckets.map(({ name }) => `/r2/buckets ${name}`),
    ...routes.map(({ pattern, script }) => `route ${pattern} ${script}`),
    ...consumers.flat(),
  ].toSorted();
}

const gateway = z.object({ cache_ttl: z.number() });
const archive = async () =>
  gateway.parse(await project.api("dev", "GET", "/ai-gateway/gateways/archive-dev"));

test("whatever call's answer is lost, the next up goes on from there; at the end there is one of each, and all but what was taken over goes with the stack", async () => {
  await pulumi("config", "set", "--secret", "--path", "lockstep:secrets.password", "s3cret");
  for (let run = 1, code: number | null = 1; code !== 0; run++) {
    expect(run).toBeLessThanOrEqual(20);
    const before = lost.length;
    const ran = await project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]);
    code = ran.code;
    if (code === 0) continue;
    expect(lost.length, `run ${run} failed by itself:\n${ran.out}`).toBeGreaterThan(before);
    expect(ran.out).toMatch(
      /\nWhat failed:\n(?: {2}.+\n)+(?:Not tried, or broken off, because of that:\n(?: {2}.+\n)+)?$/,
    );
  }
  expect([...new Set(lost)].toSorted()).toEqual([
    "POST ai-gateway/gateways",
    "POST d1/database",
    "POST hyperdrive/configs",
    "POST queues",
    "POST queues/*/consumers http_pull",
    "POST queues/*/consumers worker",
    "POST r2/buckets",
    "POST storage/kv/namespaces",
    "POST vectorize/v2/indexes",
    "POST vectorize/v2/indexes/*/metadata_index/create",
    "POST workers/scripts/*/deployments",
    "POST workers/workers",
    "POST workers/workers/*/versions",
    "POST zones/*/workers/routes",
    "PUT ai-gateway/gateways/*",
    "PUT event_notifications/r2/*/configuration/queues/*",
    "PUT workers/domains",
    "PUT workers/scripts/*/schedules",
    "PUT workflows/*",
  ]);
  expect(await inventory()).toEqual([
    "/ai-gateway/gateways archive-dev",
    "/ai-gateway/gateways models-dev",
    "/d1/database orders-dev",
    "/hyperdrive/configs elsewhere-dev",
    "/queues jobs-dev",
    "/queues pulled-dev",
    "/r2/buckets files-dev",
    "/storage/kv/namespaces cache-dev",
    "/vectorize/v2/indexes found-dev",
    "/workers/domains api.example.com",
    "/workers/workers api-dev",
    "/workflows sign-up-dev",
    "consumer jobs-dev worker",
    "consumer pulled-dev http_pull",
    "route example.com/shop/* api-dev",
  ]);
  expect(await archive()).toEqual({ cache_ttl: 0 });
  const unchanged = await pulumi("preview", "--expect-no-changes", "--diff");
  expect(unchanged.code, unchanged.out).toBe(0);
  const destroyed = await pulumi("destroy", "--yes", "--skip-preview");
  expect(destroyed.code, destroyed.out).toBe(0);
  expect(await inventory()).toEqual(["/ai-gateway/gateways archive-dev"]);
});
