import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

let embedded: Embedded;
let client: Cloudflare;
let account_id: string;
let zone_id: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account_id = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  for (const name of ["one", "two"]) await client.workers.beta.workers.create({ account_id, name });
  zone_id = (await client.zones.create({ name: "example.com", account: { id: account_id } })).id;
});
afterAll(() => embedded.close());

describe("zones", () => {
  it("are pending until the registrar's check, and found by name", async () => {
    const zone = await client.zones.create({ name: "Other.example", account: { id: account_id } });
    expect(zone).toMatchObject({
      name: "other.example",
      status: "pending",
      type: "full",
      account: { id: account_id, name: "dev" },
    });
    await client.zones.activationCheck.trigger({ zone_id: zone.id });
    expect(await client.zones.get({ zone_id: zone.id })).toMatchObject({
      status: "active",
      activated_on: expect.any(String),
    });
    const found = await all(client.zones.list({ name: "other.example" }));
    expect(found.map(({ id }) => id)).toEqual([zone.id]);
    const domain = { account_id, hostname: "app.other.example", service: "one", zone_id: zone.id };
    await client.workers.domains.update(domain);
    await client.zones.delete({ zone_id: zone.id });
    expect(await all(client.workers.domains.list({ account_id, hostname: domain.hostname }))).toEqual([]);
    await expect(client.zones.get({ zone_id: zone.id })).rejects.toThrow(/404.*7003/);
  });
  it("exist once, have a domain's name and an account that there is", async () => {
    await expect(client.zones.create({ name: "example.com", account: { id: account_id } })).rejects.toThrow(
      /400.*1061.*example\.com already exists/,
    );
    await expect(client.zones.create({ name: "not a domain", account: { id: account_id } })).rejects.toThrow(
      /400.*1099/,
    );
    await expect(
      client.zones.create({ name: "more.example", account: { id: "0".repeat(32) } }),
    ).rejects.toThrow(/403.*1068/);
  });
  it("give way to one of fifty that ask for the same name at once", async () => {
    const made = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        client.zones.create({ name: "race.example", account: { id: account_id } }),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("routes", () => {
  it("are created, changed, listed and deleted", async () => {
    const route = await client.workers.routes.create({ zone_id, pattern: "example.com/a/*", script: "one" });
    expect(route).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      pattern: "example.com/a/*",
      script: "one",
    });
    expect(await client.workers.routes.update(route.id, { zone_id, pattern: "*.example.com/*" })).toEqual({
      id: route.id,
      pattern: "*.example.com/*",
    });
    expect(await all(client.workers.routes.list({ zone_id }))).toEqual([
      { id: route.id, pattern: "*.example.com/*" },
    ]);
    await client.workers.routes.delete(route.id, { zone_id });
    await expect(client.workers.routes.get(route.id, { zone_id })).rejects.toThrow(/404.*10018/);
  });
  it("want a pattern in the zone, one of a kind, and a Worker that there is", async () => {
    await client.workers.routes.create({ zone_id, pattern: "example.com/once", script: "one" });
    await expect(
      client.workers.routes.create({ zone_id, pattern: "example.com/once", script: "two" }),
    ).rejects.toThrow(/409.*10020/);
    await expect(client.workers.routes.create({ zone_id, pattern: "example.org/*" })).rejects.toThrow(
      /400.*10022/,
    );
    await expect(client.workers.routes.create({ zone_id, pattern: "notexample.com/*" })).rejects.toThrow(
      /400.*10022/,
    );
    await expect(
      client.workers.routes.create({ zone_id, pattern: "example.com/x", script: "nobody" }),
    ).rejects.toThrow(/404.*10019/);
    await expect(
      client.workers.routes.create({ zone_id: "1".repeat(32), pattern: "example.com/x" }),
    ).rejects.toThrow(/404.*7003/);
  });
});

describe("custom domains", () => {
  it("belong to one Worker, and the same again is no change", async () => {
    const domain = await client.workers.domains.update({
      account_id,
      hostname: "app.example.com",
      service: "one",
      zone_id,
    });
    expect(domain).toMatchObject({
      hostname: "app.example.com",
      service: "one",
      zone_id,
      zone_name: "example.com",
      environment: "production",
    });
    expect(
      await client.workers.domains.update({ account_id, hostname: "app.example.com", service: "one" }),
    ).toEqual(domain);
    await expect(
      client.workers.domains.update({ account_id, hostname: "app.example.com", service: "two", zone_id }),
    ).rejects.toThrow(/409.*100116/);
    await expect(
      client.workers.domains.update({ account_id, hostname: "app.example.org", service: "one" }),
    ).rejects.toThrow(/400.*10083/);
    await expect(
      client.workers.domains.update({ account_id, hostname: "x.example.com", service: "nobody" }),
    ).rejects.toThrow(/404.*10007/);
    expect(await all(client.workers.domains.list({ account_id, service: "one" }))).toEqual([domain]);
    await client.workers.domains.delete(domain.id ?? "", { account_id });
    await expect(client.workers.domains.get(domain.id ?? "", { account_id })).rejects.toThrow(/404.*100114/);
  });
});

describe("Hyperdrive", () => {
  const origin = {
    scheme: "postgres" as const,
    database: "d",
    user: "u",
    password: "pw-canary",
    host: "h.example",
    port: 5432,
  };
  it("shows what was sent, never the password, and caching only when it was sent", async () => {
    const config = await client.hyperdrive.configs.create({ account_id, name: "h", origin });
    const { password: _, ...open } = origin;
    expect(config).toEqual({
      id: expect.any(String),
      name: "h",
      origin: open,
      mtls: {},
      origin_connection_limit: 60,
      created_on: expect.any(String),
      modified_on: expect.any(String),
    });
    const edited = await client.hyperdrive.configs.edit(config.id, {
      account_id,
      caching: { disabled: true },
    });
    expect(edited).toMatchObject({ name: "h", caching: { disabled: true }, origin: open });
    await client.hyperdrive.configs.delete(config.id, { account_id });
    await expect(client.hyperdrive.configs.get(config.id, { account_id })).rejects.toThrow(/404.*2001/);
  });
  it("wants a password and a free name", async () => {
    const { password: _, ...without } = origin;
    await expect(
      client.post(`/accounts/${account_id}/hyperdrive/configs`, { body: { name: "p", origin: without } }),
    ).rejects.toThrow(/400.*2008/);
    await client.hyperdrive.configs.create({ account_id, name: "twice", origin });
    await expect(client.hyperdrive.configs.create({ account_id, name: "twice", origin })).rejects.toThrow(
      /409.*2017/,
    );
  });
});

describe("workflows", () => {
  it("keep their id and creation through a change, and say when their Worker is gone", async () => {
    const script = await client.workers.beta.workers.create({ account_id, name: "flows" });
    const first = await client.workflows.update("flow", {
      account_id,
      class_name: "Flow",
      script_name: "flows",
    });
    expect(first).toMatchObject({ name: "flow", is_deleted: 0, terminator_running: 0, triggered_on: null });
    const second = await client.workflows.update("flow", {
      account_id,
      class_name: "Other",
      script_name: "flows",
      limits: { steps: 5 },
    });
    expect(second).toMatchObject({ id: first.id, created_on: first.created_on, class_name: "Other" });
    expect(second.version_id).not.toBe(first.version_id);
    const shown = await client.workflows.get("flow", { account_id });
    expect(shown).toMatchObject({ script_deleted: false, instances: { running: 0 } });
    expect(shown).not.toHaveProperty("limits");
    await client.workers.beta.workers.delete(script.id, { account_id });
    expect(await client.workflows.get("flow", { account_id })).toMatchObject({ script_deleted: true });
    await client.workflows.delete("flow", { account_id });
    await expect(client.workflows.get("flow", { account_id })).rejects.toThrow(/404.*10200/);
  });
  it("want a Worker that there is and a legal name", async () => {
    await expect(
      client.workflows.update("w", { account_id, class_name: "W", script_name: "nobody" }),
    ).rejects.toThrow(/404.*10007/);
    await expect(
      client.workflows.update("no spaces", { account_id, class_name: "W", script_name: "one" }),
    ).rejects.toThrow(/400.*10001/);
  });
});

describe("notifications", () => {
  it("answer a create with the id alone, and show a policy as it was sent", async () => {
    const sent = {
      name: "p",
      alert_type: "billing_usage_alert" as const,
      enabled: true,
      mechanisms: { email: [{ id: "a@example.com" }] },
    };
    const created = await client.alerting.policies.create({ account_id, ...sent });
    expect(created).toEqual({ id: expect.any(String) });
    const id = created.id ?? "";
    expect(await client.alerting.policies.get(id, { account_id })).toEqual({
      id,
      ...sent,
      created: expect.any(String),
      modified: expect.any(String),
    });
    await client.alerting.policies.update(id, { account_id, ...sent, description: "about workers" });
    expect(await client.alerting.policies.get(id, { account_id })).toMatchObject({
      description: "about workers",
      mechanisms: sent.mechanisms,
    });
    await client.alerting.policies.delete(id, { account_id });
    await expect(client.alerting.policies.get(id, { account_id })).rejects.toThrow(/404/);
  });
  it("never show a webhook's secret", async () => {
    const { id = "" } = await client.alerting.destinations.webhooks.create({
      account_id,
      name: "hook",
      url: "https://hooks.example/x",
      secret: "canary",
    });
    const shown = await client.alerting.destinations.webhooks.get(id, { account_id });
    expect(shown).toMatchObject({ id, name: "hook", url: "https://hooks.example/x", type: "generic" });
    expect(JSON.stringify(shown)).not.toContain("canary");
    await expect(
      client.alerting.destinations.webhooks.create({ account_id, name: "hook", url: "not an address" }),
    ).rejects.toThrow(/400.*7400/);
  });
});

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}
