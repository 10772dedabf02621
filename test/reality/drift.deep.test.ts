import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Project, wranglerProject } from "../../embedded/contract/testing/wrangler.ts";
import type { Clone } from "../clone.ts";
import { succeeding } from "../ran.ts";
import { shopClone } from "./shop.ts";

/** A stack, and people with wrangler and a dashboard beside it. */
let project: Clone;
let hand: Project;
beforeAll(async () => {
  project = await shopClone();
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id ?? "";
  hand = wranglerProject(project.embedded, account, mkdtempSync(join(tmpdir(), "lockstep-hand-")));
});
afterAll(async () => {
  rmSync(hand.folder, { recursive: true, force: true });
  await project.remove();
});

const drifted = z.object({
  drift: z.array(
    z.object({
      resource: z.string(),
      aspect: z.string(),
      found: z.string(),
      differences: z.array(z.string()),
      author: z.object({ who: z.string(), how: z.string() }).optional(),
      putBack: z.string(),
    }),
  ),
});

async function drift(): Promise<z.infer<typeof drifted>["drift"]> {
  const { code, out } = await project.just(["drift", "dev", "--json"]);
  const found = drifted.parse(JSON.parse(out.slice(out.indexOf("{")))).drift;
  expect(code, out).toBe(found.length === 0 ? 0 : 2);
  return found;
}

const answer = async (): Promise<string> => (await project.visit("api-dev.dev.localhost", "/")).text;
const deployments = z.object({
  deployments: z.array(z.object({ versions: z.array(z.object({ version_id: z.string() })) })),
});
const servingVersion = async (): Promise<string> =>
  deployments.parse(await project.api("dev", "GET", "/workers/scripts/api-dev/deployments")).deployments[0]
    ?.versions[0]?.version_id ?? "";

const queues = z.array(z.object({ queue_id: z.string() }));
const ids = z.array(z.object({ id: z.string() }));

test("what wrangler deployed is named with who, how and what differs; a refresh does not bless it, and up deploys what is declared", async () => {
  expect(await drift()).toEqual([]);
  const own = await servingVersion();
  writeFileSync(
    join(hand.folder, "mine.js"),
    `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {}
export default { fetch: () => new Response("made by hand"), queue() {}, scheduled() {} };`,
  );
  writeFileSync(
    join(hand.folder, "wrangler.json"),
    JSON.stringify({
      name: "api-dev",
      main: "mine.js",
      compatibility_date: "2026-01-01",
      workers_dev: true,
      vars: { WHO: "me" },
      triggers: { crons: ["0 3 * * *"] },
      exports: { Room: { type: "durable-object", storage: "sqlite" } },
    }),
  );
  await hand.succeeds("deploy");
  expect(await answer()).toBe("made by hand");
  const [found, ...others] = await drift();
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    resource: "shop/api",
    aspect: "deployment",
    author: { who: "developer@localhost", how: expect.stringContaining("wrangler") },
    putBack: "up",
  });
  expect(found?.differences).toEqual(
    expect.arrayContaining([
      "other code",
      "without binding ORDERS (d1)",
      'binding WHO (plain_text): text: "dev" → "me"',
    ]),
  );
  await succeeding(project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]));
  const said = await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(said).toContain("shop/api: Something else serves than the stack deployed");
  expect(await answer()).toBe("made by up");
  expect(await servingVersion()).toBe(own);
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]));
});

test("so are a secret that was put, and a rollback", async () => {
  // wrangler puts no secret while the newest version is not the deployed one.
  project.edit("workers/shop/api/index.ts", (text) => text.replace("made by up", "made by the second up"));
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  const own = await servingVersion();
  const put = await hand.wrangler(["secret", "put", "STRIPE", "--name", "api-dev"], { input: "s3cret" });
  expect(put.code, put.output).toBe(0);
  expect(await drift()).toMatchObject([
    {
      aspect: "deployment",
      author: { how: "wrangler, secret" },
      differences: ["with secret STRIPE, which is not declared"],
    },
  ]);
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(await servingVersion()).toBe(own);
  await hand.succeeds("rollback", "--name", "api-dev", "--yes", "--message", "it was better before");
  expect(await servingVersion()).not.toBe(own);
  expect(await drift()).toMatchObject([
    { aspect: "deployment", author: { how: expect.stringContaining("wrangler") } },
  ]);
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(await servingVersion()).toBe(own);
  expect(await answer()).toBe("made by the second up");
});

test("settings, crons, consumers, routes, a queue's delay and a schema are each named; one up puts back what is the stack's", async () => {
  const [queue] = queues.parse(await project.api("dev", "GET", "/queues"));
  const consumers = `/queues/${queue?.queue_id}/consumers`;
  await hand.succeeds("queues", "consumer", "remove", "jobs-dev", "api-dev");
  await project.api("dev", "PATCH", `/queues/${queue?.queue_id}`, { settings: { delivery_delay: 60 } });
  await project.api("dev", "PATCH", "/workers/scripts/api-dev/script-settings", { logpush: true });
  await project.api("dev", "PUT", "/workers/scripts/api-dev/schedules", [{ cron: "5 5 * * *" }]);
  await hand.succeeds(
    "d1",
    "execute",
    "orders-dev",
    "--remote",
    "--command",
    "ALTER TABLE orders ADD hand TEXT",
  );
  const zone = await madeZone();
  await zoneCall("POST", `/zones/${zone}/workers/routes`, { pattern: "shop.example/*", script: "api-dev" });
  const found = await drift();
  expect(found.map(({ aspect, putBack }) => `${aspect}: ${putBack}`).toSorted()).toEqual([
    "consumer: refresh",
    "crons: up",
    "property: refresh",
    "route: person",
    "schema: person",
    "settings: refresh",
  ]);
  expect(found.flatMap(({ differences }) => differences)).toEqual(
    expect.arrayContaining(["logpush: false → true", "settings.deliveryDelay: 0 → 60"]),
  );
  // The two that are a person's: first what is printed for the schema, then the route goes.
  await succeeding(
    project.just(["db", "accept", "shop/orders", "--drift", "--reason", "support needed it", "--yes"]),
  );
  const [route] = ids.parse(await zoneCall("GET", `/zones/${zone}/workers/routes`));
  await zoneCall("DELETE", `/zones/${zone}/workers/routes/${route?.id}`);
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(await project.api("dev", "GET", consumers)).toMatchObject([{ script_name: "api-dev" }]);
  expect(await project.api("dev", "GET", "/workers/scripts/api-dev/schedules")).toMatchObject({
    schedules: [{ cron: "0 3 * * *" }],
  });
  expect(await drift()).toEqual([]);
});

test("during a rollout of the stack file its percentages are what is compared", async () => {
  const stable = await servingVersion();
  const key = 'lockstep:rollout["shop/api"]';
  for (const [name, value] of [
    ["stable", stable],
    ["percent", "10"],
  ] as const)
    await succeeding(project.pulumi(["config", "set", "--path", `${key}.${name}`, value, "--stack", "dev"]));
  project.edit("workers/shop/api/index.ts", (text) => text.replace("second", "third"));
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(await drift()).toEqual([]);
  await hand.succeeds("versions", "deploy", `${stable}@100`, "--name", "api-dev", "--yes");
  expect(await drift()).toMatchObject([{ aspect: "deployment", found: `version ${stable} at 100 %` }]);
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  expect(await drift()).toEqual([]);
});

test("a repair puts back item by item what the stack left, with no word of what the project says by now; the rest is a person's", async () => {
  project.edit("project.ts", (text) =>
    text
      .replace(
        'r2("files")',
        'r2("files", { cors: [{ origins: ["https://shop.example"], methods: ["GET"] }] })',
      )
      .replace(
        "crons:",
        'routes: { dev: [{ pattern: "shop.example/*", zoneName: "shop.example" }] },\n  crons:',
      ),
  );
  await succeeding(project.just(["pulumi-up", "dev", "--yes", "--skip-preview"]));
  const [zone] = ids.parse(await zoneCall("GET", "/zones"));
  const [route] = ids.parse(await zoneCall("GET", `/zones/${zone?.id}/workers/routes`));
  const [queue] = queues.parse(await project.api("dev", "GET", "/queues"));
  await zoneCall("DELETE", `/zones/${zone?.id}/workers/routes/${route?.id}`);
  await hand.succeeds("queues", "consumer", "remove", "jobs-dev", "api-dev");
  await project.api("dev", "PATCH", `/queues/${queue?.queue_id}`, { settings: { delivery_delay: 60 } });
  await project.api("dev", "POST", "/workers/scripts/api-dev/subdomain", {
    enabled: false,
    previews_enabled: true,
  });
  await project.api("dev", "PUT", "/workers/scripts/api-dev/schedules", []);
  await project.api("dev", "DELETE", "/r2/buckets/files-dev/cors");
  await project.api("dev", "POST", "/workers/scripts/api-dev/deployments", {
    strategy: "percentage",
    versions: [{ version_id: await servingVersion(), percentage: 100 }],
  });
  project.edit("workers/shop/api/index.ts", (text) => text.replace("made by", "not made by"));
  const asked = await project.just(["drift", "dev", "--repair"]);
  expect(asked.out).toContain("no terminal to ask at");
  expect(await drift()).toHaveLength(7);
  const said = await succeeding(project.just(["drift", "dev", "--repair", "--yes"]));
  expect(said).toContain("dev is as its stack left it");
  expect(await answer()).toMatch(/^made by/);
  expect(await drift()).toEqual([]);
  const stray = { pattern: "shop.example/stray*", script: "api-dev" };
  const { id } = z
    .object({ id: z.string() })
    .parse(await zoneCall("POST", `/zones/${zone?.id}/workers/routes`, stray));
  const left = await project.just(["drift", "dev", "--repair", "--yes"]);
  expect(left.code, left.out).toBe(2);
  expect(left.out).toContain("Left to a person (1):");
  await zoneCall("DELETE", `/zones/${zone?.id}/workers/routes/${id}`);
});

test("in a stage that asks, a repair without a terminal is the one that was saved and seen, of the stack as it was", async () => {
  await succeeding(project.deploy("prod"));
  const crons = (of: readonly string[]) =>
    project.api(
      "prod",
      "PUT",
      "/workers/scripts/api/schedules",
      of.map((cron) => ({ cron })),
    );
  await crons(["5 5 * * *"]);
  expect((await project.just(["drift", "prod", "--repair", "--yes", "prod"])).out).toContain(
    "no plan that was saved",
  );
  const saved = await project.just(["drift", "prod", "--repair", "--save-plan", "repair.plan"]);
  expect(saved.code, saved.out).toBe(2);
  const digest = / --confirm (\w+)$/m.exec(saved.out)?.[1] ?? "";
  const apply = (confirmed: string) =>
    project.just(["drift", "prod", "--repair", "--plan", "repair.plan", "--confirm", confirmed]);
  expect((await apply("0".repeat(12))).out).toContain("This is not the repair that was confirmed");
  project.append("workers/shop/api/index.ts", "// changed\n");
  expect((await apply(digest)).out).toContain("This is not the repair that was confirmed");
  project.edit("workers/shop/api/index.ts", (text) => text.replace("// changed\n", ""));
  expect(await succeeding(apply(digest))).toContain("prod is as its stack left it");
});

test("a checklist is ticked by what is found out now, and a signature ends with the release that it was given for", async () => {
  const states = async (...options: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const { out } = await project.just(["checklist", "prod", "--json", ...options]);
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string(), state: z.string() })) })
      .parse(JSON.parse(out.slice(out.indexOf("{"))));
    return Object.fromEntries(items.map(({ id, state }) => [id, state]));
  };
  expect(await states("--sign", "tests", "--by", "Mia")).toMatchObject({ tests: "done", security: "open" });
  expect(await states()).toMatchObject({
    ...{ tests: "done", validates: "done", "stage-before": "failed", "no-drift": "done", data: "done" },
    ...{ backup: "failed", versions: "failed", "user-flows": "open", bookmarks: "done" },
  });
  project.append("workers/shop/api/index.ts", "// another release\n");
  expect(await states("--phase", "before")).toMatchObject({ tests: "open" });
});

async function madeZone(): Promise<string> {
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  const made = await zoneCall("POST", "/zones", { name: "shop.example", account: { id: account } });
  return z.object({ id: z.string() }).parse(made).id;
}

async function zoneCall(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${project.embedded.api}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${project.embedded.token}`,
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return z.object({ result: z.unknown() }).parse(await response.json()).result;
}
