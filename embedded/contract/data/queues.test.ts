import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";

const listing = z.object({ result: z.array(z.object({ queue_id: z.string(), queue_name: z.string() })) });

let embedded: Embedded;
let client: Cloudflare;
let account: string;

const consumer = `export default {
  fetch() { return new Response("consumer") },
  async queue(batch, env) { await env.DONE.sendBatch(batch.messages.map((m) => ({ body: { queue: batch.queue, body: m.body, attempts: m.attempts } }))) },
}`;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  await client.queues.create({ account_id: account, queue_name: "done" });
  await deployScript({ ...embedded, account }, "worker", consumer, [
    { type: "queue", name: "DONE", queue_name: "done" },
  ]);
  await deployScript(
    { ...embedded, account },
    "no-handler",
    "export default { fetch() { return new Response('x') } }",
    [],
  );
});
afterAll(async () => {
  await embedded.close();
});

test("what is pushed over the API is delivered to the worker, in batches, under the queue's name", async () => {
  const queue = await client.queues.create({ account_id: account, queue_name: "work" });
  const id = queue.queue_id ?? "";
  const added = await client.queues.consumers.create(id, {
    account_id: account,
    type: "worker",
    script_name: "worker",
    settings: { batch_size: 2, max_wait_time_ms: 50 },
  });
  expect(added).toMatchObject({
    type: "worker",
    script: "worker",
    script_name: "worker",
    queue_name: "work",
    settings: { batch_size: 2, max_retries: 3, max_wait_time_ms: 50, max_concurrency: null, retry_delay: 0 },
  });
  await client.queues.messages.push(id, { account_id: account, body: { n: 1 }, content_type: "json" });
  await client.queues.messages.bulkPush(id, {
    account_id: account,
    messages: [
      { body: "two", content_type: "text" },
      { body: [3], content_type: "json" },
    ],
  });
  const done = await queueNamed("done");
  await expect
    .poll(async () => (await client.queues.getMetrics(done, { account_id: account })).backlog_count)
    .toBe(3);
  const bodies = (
    (await client.queues.messages.peek(done, { account_id: account, batch_size: 10 })).messages ?? []
  ).map((m) => JSON.parse(Buffer.from(m.body ?? "", "base64").toString()));
  expect(bodies).toHaveLength(3);
  for (const body of [{ n: 1 }, "two", [3]]) // two batches may be under way at once: Queues promise no order
    expect(bodies).toContainEqual({ queue: "work", body, attempts: 1 });
  expect(await client.queues.get(id, { account_id: account })).toMatchObject({
    consumers_total_count: 1,
    consumers: [added],
  });
  expect(await client.queues.get(done, { account_id: account })).toMatchObject({
    producers: [{ type: "worker", script: "worker" }],
    producers_total_count: 1,
  });
  await client.queues.delete(id, { account_id: account });
});

test("an HTTP consumer pulls, acknowledges and retries", async () => {
  const { queue_id: id = "" } = await client.queues.create({ account_id: account, queue_name: "pulled" });
  await expect(client.queues.messages.pull(id, { account_id: account })).rejects.toThrow(
    /messages cannot be pulled unless http_pull mode is enabled/,
  );
  await client.queues.consumers.create(id, {
    account_id: account,
    type: "http_pull",
    settings: { visibility_timeout_ms: 60_000 },
  });
  await client.queues.messages.bulkPush(id, {
    account_id: account,
    messages: [
      { body: "a", content_type: "text" },
      { body: { b: 1 }, content_type: "json" },
    ],
  });
  const { messages = [] } = await client.queues.messages.pull(id, { account_id: account, batch_size: 10 });
  expect(messages.map((m) => [m.body, m.attempts, m.metadata])).toEqual([
    ["a", 1, { "CF-Content-Type": "text" }],
    [Buffer.from('{"b":1}').toString("base64"), 1, { "CF-Content-Type": "json" }],
  ]);
  const [first = "", second = ""] = messages.map((m) => m.lease_id ?? "");
  expect(
    await client.queues.messages.ack(id, {
      account_id: account,
      acks: [{ lease_id: first }],
      retries: [{ lease_id: second, delay_seconds: 0 }],
    }),
  ).toMatchObject({ ackCount: 1, retryCount: 1 });
  const again = await client.queues.messages.pull(id, { account_id: account });
  expect(again.messages?.map((m) => [m.lease_id === second, m.attempts])).toEqual([[false, 2]]);
});

test("queues are found by repeated names, renamed in place, and PUT sets what is not sent to the default", async () => {
  for (const name of ["one", "two", "three"])
    await client.queues.create({ account_id: account, queue_name: name });
  const response = await fetch(
    `${embedded.api}/accounts/${account}/queues?name=one&name=three&name=none&page=1`,
    { headers: { authorization: `Bearer ${embedded.token}` } },
  );
  const found = listing.parse(await response.json()).result;
  expect(found.map((q) => q.queue_name)).toEqual(["one", "three"]);
  const id = found[0]?.queue_id ?? "";
  await client.queues.update(id, { account_id: account, queue_name: "uno", settings: { delivery_delay: 5 } });
  expect(
    await client.queues.edit(id, { account_id: account, settings: { delivery_paused: true } }),
  ).toMatchObject({
    queue_id: id,
    queue_name: "uno",
    settings: { delivery_delay: 5, delivery_paused: true, message_retention_period: 345_600 },
  });
  expect(await client.queues.update(id, { account_id: account, queue_name: "uno" })).toMatchObject({
    settings: { delivery_delay: 0, delivery_paused: false },
  });
  await expect(client.queues.update(id, { account_id: account, queue_name: "two" })).rejects.toThrow(
    /409.*11009/,
  );
});

test("refusals: unknown queues and scripts, a second consumer, a worker without a handler, illegal names, oversized messages", async () => {
  const { queue_id: id = "" } = await client.queues.create({ account_id: account, queue_name: "strict" });
  const add = (script: string, more = {}) =>
    client.queues.consumers.create(id, { account_id: account, type: "worker", script_name: script, ...more });
  await expect(add("nobody")).rejects.toThrow(/404.*10007/);
  await expect(add("no-handler")).rejects.toThrow(/400.*11001.*queue handler is missing/);
  await expect(add("worker", { dead_letter_queue: "nowhere" })).rejects.toThrow(/404.*11000/);
  await expect(add("worker", { settings: { batch_size: 101 } })).rejects.toThrow(/400.*7400/);
  const both = await Promise.allSettled([add("worker"), add("worker")]);
  expect(both.map((b) => b.status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(add("worker")).rejects.toThrow(/400.*11004/);
  for (const name of ["", "Upper", "under_score", "-dash", "x".repeat(64)])
    await expect(client.queues.create({ account_id: account, queue_name: name })).rejects.toThrow(
      /400.*11003/,
    );
  await expect(
    client.queues.messages.push(id, { account_id: account, body: "x".repeat(128_001), content_type: "text" }),
  ).rejects.toThrow(/413.*10204/);
  await expect(
    client.queues.messages.push(id, {
      account_id: account,
      body: "x",
      content_type: "text",
      delay_seconds: 86_401,
    }),
  ).rejects.toThrow(/400.*10203/);
  await expect(client.queues.get("0".repeat(32), { account_id: account })).rejects.toThrow(/404.*11000/);
});

test("a queue that a bucket's event notifications go to shows the bucket as a producer and is not deleted", async () => {
  const { queue_id: id = "" } = await client.queues.create({ account_id: account, queue_name: "told" });
  await client.r2.buckets.create({ account_id: account, name: "telling" });
  const rules = [{ actions: ["PutObject" as const] }];
  const notification = { account_id: account, bucket_name: "telling" };
  await client.r2.buckets.eventNotifications.update(id, { ...notification, rules });
  expect(await client.queues.get(id, { account_id: account })).toMatchObject({
    producers: [{ type: "r2_bucket", bucket_name: "telling" }],
    producers_total_count: 1,
  });
  await expect(client.queues.delete(id, { account_id: account })).rejects.toThrow(/400.*11005.*telling/);
  await client.r2.buckets.eventNotifications.delete(id, notification);
  await client.queues.delete(id, { account_id: account });
  await client.r2.buckets.delete("telling", { account_id: account });
});

async function queueNamed(name: string): Promise<string> {
  for await (const queue of client.queues.list({ account_id: account }))
    if (queue.queue_name === name) return queue.queue_id ?? "";
  throw new Error(`no queue ${name}`);
}
