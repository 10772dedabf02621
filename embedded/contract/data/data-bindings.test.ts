import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { visit } from "../testing/visit.ts";

/** Every test is a piece of worker code that runs behind workerd's own binding classes. */
const worker = `
const steps = {
  async vectors({ VEC }) {
    const found = {};
    const attempt = async (name, work) => { try { found[name] = await work() } catch (e) { found[name] = e.constructor.name + ": " + e.message } };
    found.class = VEC.constructor.name;
    await attempt("insert", async () => typeof (await VEC.insert([{ id: "a", values: [1, 0, 0], metadata: { lang: "en" } }, { id: "b", values: new Float32Array([0, 1, 0]), metadata: { lang: "da" }, namespace: "n" }])).mutationId);
    await attempt("upsert", async () => typeof (await VEC.upsert([{ id: "c", values: [0.9, 0.1, 0] }])).mutationId);
    await attempt("query", () => VEC.query([1, 0, 0], { topK: 2, returnMetadata: true }));
    await attempt("filter", () => VEC.query([1, 0, 0], { filter: { lang: { $eq: "da" } }, returnValues: true }));
    await attempt("byId", async () => (await VEC.queryById("a", { topK: 1 })).matches.map((m) => m.id));
    await attempt("getByIds", async () => (await VEC.getByIds(["b", "zz"])).map((v) => [v.id, v.values]));
    await attempt("deleteByIds", async () => typeof (await VEC.deleteByIds(["a"])).mutationId);
    await attempt("describe", async () => { const { dimensions, vectorCount } = await VEC.describe(); return { dimensions, vectorCount } });
    await attempt("badInsert", () => VEC.insert([{ id: "z", values: [1] }]));
    await attempt("badQuery", () => VEC.query([1]));
    await attempt("badTopK", () => VEC.query([1, 0, 0], { topK: 60, returnMetadata: "all" }));
    return found;
  },
  async ai({ AI }) {
    const found = {};
    const attempt = async (name, work) => { try { found[name] = await work() } catch (e) { found[name] = e.name + ": " + e.message } };
    found.class = AI.constructor.name;
    await attempt("embed", async () => { const { shape, data } = await AI.run("@cf/baai/bge-base-en-v1.5", { text: ["one", "two"] }); return [shape, data.length, data[0].length] });
    await attempt("text", async () => (await AI.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "The harbour opens at nine. The office opens at ten.\\n\\nWhen does the harbour open?" })).response);
    await attempt("stream", async () => { const stream = await AI.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "The harbour opens at nine.\\n\\nWhen does the harbour open?", stream: true }); return [stream instanceof ReadableStream, (await new Response(stream).text()).split("\\n\\n")] });
    await attempt("unknown", () => AI.run("@cf/nobody/nothing", { prompt: "x" }));
    await attempt("malformed", () => AI.run("@cf/baai/bge-base-en-v1.5", {}));
    await attempt("models", async () => (await AI.models({ search: "bge-base" })).map((m) => [m.name, m.task.name]));
    await attempt("raw", async () => (await AI.run("@cf/baai/bge-small-en-v1.5", { text: "x" }, { returnRawResponse: true })).headers.get("content-type"));
    return found;
  },
  async gateway({ AI }) {
    const asked = { text: "the same text" };
    const through = async () => { const r = await AI.run("@cf/baai/bge-small-en-v1.5", asked, { gateway: { id: "gw" }, returnRawResponse: true }); return [r.status, r.headers.get("cf-aig-cache-status"), AI.aiGatewayLogId !== null] };
    try { await AI.run("@cf/baai/bge-small-en-v1.5", asked, { gateway: { id: "nowhere" } }) } catch (e) { return { nowhere: e.name + ": " + e.message, calls: [await through(), await through(), await through()] } }
  },
  async send({ Q }) {
    const date = new Date(86400000);
    const answer = await Q.send({ json: [1, null] });
    await Q.send("text", { contentType: "text" });
    await Q.send(new Uint8Array([0, 255]), { contentType: "bytes" });
    await Q.send({ date, map: new Map([["k", 1n]]) }, { contentType: "v8" });
    await Q.sendBatch([{ body: "first" }, { body: "later", delaySeconds: 1 }], { delaySeconds: 0 });
    await Q.send("fail twice");
    const found = { answer };
    try { await Q.send("x".repeat(128001), { contentType: "text" }) } catch (e) { found.tooLarge = e.message }
    try { await Q.sendBatch(Array.from({ length: 101 }, () => ({ body: 1 }))) } catch (e) { found.tooMany = e.message }
    return found;
  },
};
export default {
  async fetch(request, env) { return Response.json(await steps[new URL(request.url).pathname.slice(1)](env)) },
  async queue(batch, env) {
    for (const m of batch.messages) {
      if (m.body === "fail twice" && m.attempts < 3) { m.retry({ delaySeconds: 0 }); continue; }
      const body = m.body instanceof ArrayBuffer || ArrayBuffer.isView(m.body) ? { bytes: [...new Uint8Array(m.body)] } : m.body?.map instanceof Map ? { date: m.body.date.toISOString(), map: [...m.body.map].map(([k, v]) => [k, typeof v, String(v)]) } : m.body;
      await env.SEEN.send({ body, attempts: m.attempts, age: Date.now() - m.timestamp.getTime() >= 0 });
      m.ack();
    }
  },
}`;

let embedded: Embedded;
let client: Cloudflare;
let account_id: string;
let seen: string;
const host = "probe.dev.localhost";

const step = async (name: string) => {
  const { status, text } = await visit(embedded.frontPort, host, `/${name}`);
  if (status !== 200) throw new Error(`/${name} answered ${status}: ${text}`);
  return JSON.parse(text);
};

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account_id = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  await client.vectorize.indexes.create({
    account_id,
    name: "probe",
    config: { dimensions: 3, metric: "cosine" },
  });
  await client.vectorize.indexes.metadataIndex.create("probe", {
    account_id,
    propertyName: "lang",
    indexType: "string",
  });
  const { queue_id: queue = "" } = await client.queues.create({ account_id, queue_name: "probe" });
  seen = (await client.queues.create({ account_id, queue_name: "seen" })).queue_id ?? "";
  await deployScript({ api: embedded.api, token: embedded.token, account: account_id }, "probe", worker, [
    { type: "vectorize", name: "VEC", index_name: "probe" },
    { type: "ai", name: "AI" },
    { type: "queue", name: "Q", queue_name: "probe" },
    { type: "queue", name: "SEEN", queue_name: "seen" },
  ]);
  await client.queues.consumers.create(queue, {
    account_id,
    type: "worker",
    script_name: "probe",
    settings: { max_wait_time_ms: 10 },
  });
});
afterAll(() => embedded.close());

test("a worker's Vectorize binding inserts, finds, filters and is refused as on Cloudflare", async () => {
  expect(await step("vectors")).toEqual({
    class: "VectorizeIndexImpl",
    insert: "string",
    upsert: "string",
    query: {
      count: 2,
      matches: [
        { id: "a", score: 1, metadata: { lang: "en" } },
        { id: "c", score: expect.closeTo(0.9938837, 6) },
      ],
    },
    filter: { count: 1, matches: [{ id: "b", score: 0, values: [0, 1, 0], namespace: "n" }] },
    byId: ["a"],
    getByIds: [["b", [0, 1, 0]]],
    deleteByIds: "string",
    describe: { dimensions: 3, vectorCount: 2 },
    badInsert:
      'Error: VECTOR_INSERT_ERROR (code = 40012): invalid vector for id="z", expected 3 dimensions, and got 1 dimensions',
    badQuery:
      "Error: VECTOR_QUERY_ERROR (code = 40006): invalid query vector, expected 3 dimensions, and got 1 dimensions",
    badTopK: expect.stringContaining(
      "VECTOR_QUERY_ERROR (code = 40025): with returnValues=true or returnMetadata=all, max top K is 50, but got 60",
    ),
  });
});

test("a worker's AI binding embeds, answers, streams and throws Workers AI's errors", async () => {
  expect(await step("ai")).toEqual({
    class: "Ai",
    embed: [[2, 768], 2, 768],
    text: "The harbour opens at nine.",
    stream: [
      true,
      [
        'data: {"response":"The"}',
        'data: {"response":" harbour"}',
        'data: {"response":" opens"}',
        'data: {"response":" at"}',
        'data: {"response":" nine."}',
        expect.stringContaining('"usage"'),
        "data: [DONE]",
        "",
      ],
    ],
    unknown: "InferenceUpstreamError: 5007: No such model @cf/nobody/nothing or task",
    malformed: expect.stringMatching(/^InferenceUpstreamError: 5006: Error: .*'\/text'/),
    models: [["@cf/baai/bge-base-en-v1.5", "Text Embeddings"]],
    raw: "application/json",
  });
});

test("a call through an AI Gateway is cached and limited as the gateway says; an unknown gateway is refused", async () => {
  await client.aiGateway.create({
    account_id,
    id: "gw",
    cache_invalidate_on_update: true,
    cache_ttl: 3600,
    collect_logs: true,
    rate_limiting_interval: 3600,
    rate_limiting_limit: 2,
    rate_limiting_technique: "sliding",
  });
  expect(await step("gateway")).toEqual({
    nowhere: "AiGatewayError: 2001: Please configure AI Gateway in the Cloudflare dashboard",
    calls: [
      [200, "MISS", true],
      [200, "HIT", true],
      [429, null, false],
    ],
  });
});

test("every content type reaches the consumer as it was sent, retries count, and limits are Queues' own", async () => {
  expect(await step("send")).toEqual({
    answer: {
      metadata: {
        metrics: { backlogCount: 1, backlogBytes: 17, oldestMessageTimestamp: expect.any(String) },
      },
    },
    tooLarge: expect.stringContaining("message length of 128001 bytes exceeds limit of 128000"),
    tooMany: expect.stringContaining("batch message count of 101 is out of bounds: 1 to 100"),
  });
  const bodies = async (): Promise<unknown[]> =>
    ((await client.queues.messages.peek(seen, { account_id, batch_size: 20 })).messages ?? []).map((m) =>
      JSON.parse(Buffer.from(m.body ?? "", "base64").toString()),
    );
  await expect.poll(async () => (await bodies()).length).toBe(7);
  const expected = [
    { body: { json: [1, null] }, attempts: 1, age: true },
    { body: "text", attempts: 1, age: true },
    { body: { bytes: [0, 255] }, attempts: 1, age: true },
    { body: { date: "1970-01-02T00:00:00.000Z", map: [["k", "bigint", "1"]] }, attempts: 1, age: true },
    { body: "first", attempts: 1, age: true },
    { body: "fail twice", attempts: 3, age: true },
    { body: "later", attempts: 1, age: true },
  ];
  const got = await bodies();
  expect(got.length).toBe(expected.length);
  for (const one of expected) expect(got).toContainEqual(one);
});
