import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

let embedded: Embedded;
let client: Cloudflare;
let account_id: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account_id = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
});
afterAll(() => embedded.close());

test("the official client runs models and lists them", async () => {
  expect(await client.ai.run("@cf/baai/bge-small-en-v1.5", { account_id, text: ["a"] })).toMatchObject({
    shape: [1, 384],
  });
  expect(
    await client.ai.run("@cf/meta/llama-3.1-8b-instruct", {
      account_id,
      prompt: "The harbour opens at nine.\n\nWhen does the harbour open?",
    }),
  ).toMatchObject({ response: "The harbour opens at nine." });
  await expect(client.ai.run("@cf/nobody/nothing", { account_id, prompt: "x" })).rejects.toThrow(
    /400.*5007.*No such model @cf\/nobody\/nothing or task/,
  );
  const names: unknown[] = [];
  for await (const model of client.ai.models.list({ account_id, per_page: 5 })) names.push(model);
  expect(names.length).toBeGreaterThan(10);
});

test("the official client reads what a model takes and answers with", async () => {
  const schemas = client.ai.models.schema;
  const embeddings = await schemas.get({ account_id, model: "@cf/baai/bge-small-en-v1.5" });
  expect(embeddings.input).toMatchObject({ type: "object", required: ["text"] });
  expect(embeddings.output).toMatchObject({ properties: { data: { type: "array" } } });
  for await (const { name } of client.ai.models.list({ account_id }) as AsyncIterable<{ name: string }>)
    expect((await schemas.get({ account_id, model: name })).input.type, name).toBe("object");
  await expect(schemas.get({ account_id, model: "@cf/nobody/nothing" })).rejects.toThrow(/400.*5007/);
});

test("an AI Gateway is shown as it was sent: no default in the place of what was not", async () => {
  const sent = {
    id: "gw",
    cache_invalidate_on_update: true,
    cache_ttl: 3600,
    collect_logs: true,
    rate_limiting_interval: 60,
    rate_limiting_limit: 100,
    rate_limiting_technique: "sliding" as const,
  };
  const created = await client.aiGateway.create({ account_id, ...sent });
  expect(created).toEqual({
    ...sent,
    workers_ai_billing_mode: "postpaid",
    is_default: false,
    created_at: expect.any(String),
    modified_at: expect.any(String),
  });
  expect(await client.aiGateway.get("gw", { account_id })).toEqual(created);
  await expect(client.aiGateway.create({ account_id, ...sent })).rejects.toThrow(/409.*7001/);
  const { rate_limiting_technique: _unset, ...rest } = sent;
  const updated = await client.aiGateway.update("gw", {
    account_id,
    ...rest,
    cache_ttl: 60,
    authentication: true,
  });
  expect(updated).toEqual({
    ...rest,
    cache_ttl: 60,
    authentication: true,
    workers_ai_billing_mode: "postpaid",
    is_default: false,
    created_at: created.created_at,
    modified_at: expect.any(String),
  });
  const listed = [];
  for await (const gateway of client.aiGateway.list({ account_id })) listed.push(gateway.id);
  expect(listed).toEqual(["gw"]);
  await client.aiGateway.delete("gw", { account_id });
  await expect(client.aiGateway.get("gw", { account_id })).rejects.toThrow(/404.*7002/);
  await expect(client.aiGateway.create({ account_id, ...sent, id: "Not Good" })).rejects.toThrow(/400.*7001/);
});
