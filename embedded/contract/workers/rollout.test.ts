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
  fetch(request) { if (new URL(request.url).pathname === "/throw") throw new Error("on purpose"); return new Response(${JSON.stringify(text)}) },
  scheduled(event) { console.log("cron ran " + event.cron + " at " + event.scheduledTime) } }`;
const create = async (name: string): Promise<string> =>
  String(
    (await call(embedded, "POST", `${a}/workers/workers`, { name, subdomain: { enabled: true } })).result[
      "id"
    ],
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
  await expect.poll(seen, { timeout: 30_000 }).toBe(65); // analytics lag behind, as on Cloudflare
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
  await expect
    .poll(() => lines.filter((line) => line.includes("cron ran")), { timeout: 30_000 })
    .toHaveLength(1);
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
