import Cloudflare from "cloudflare";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { exchange } from "../../../src/cloudflare/exchange.ts";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";

/** Behind workerd's own `env.AI`, and beside it over HTTP; the time is the test's. */
const worker = `
const model = "@cf/meta/llama-3.1-8b-instruct";
const steps = {
  async ask({ AI }, { prompt, times = 1, ...options }) {
    const found = [];
    for (let i = 0; i < times; i++) {
      const r = await AI.run(model, { prompt }, { gateway: { id: "gw", ...options }, returnRawResponse: true });
      found.push([r.status, r.headers.get("cf-aig-cache-status"), r.ok ? (await r.json()).response : await r.json(), AI.aiGatewayLogId]);
    }
    return found;
  },
  async refusal({ AI }, { prompt }) {
    try { return await AI.run(model, { prompt }, { gateway: { id: "gw" } }) } catch (e) { return e.name + ": " + e.message }
  },
  async universal({ AI }, { attempts, gateway }) {
    const r = await AI.gateway("gw").run(attempts, { gateway });
    return [r.status, r.headers.get("cf-aig-step"), r.headers.get("cf-aig-cache-status"), await r.json()];
  },
  async logs({ AI }, { id }) {
    const gateway = AI.gateway("gw");
    const first = await gateway.getLog(id);
    await gateway.patchLog(id, { feedback: 1, score: 80, metadata: { team: "a" } });
    const second = await gateway.getLog(id);
    const missing = async (work) => { try { await work() } catch (e) { return e.name + ": " + e.message } };
    return {
      date: first.created_at instanceof Date,
      first: [first.model, first.provider, first.success, first.cached, first.status_code, JSON.parse(first.request_head).prompt, first.feedback],
      second: [second.feedback, second.score, second.metadata],
      missing: [await missing(() => gateway.getLog("nowhere")), await missing(() => gateway.patchLog("nowhere", {})), await missing(() => AI.gateway("nowhere").getLog(id))],
      url: await gateway.getUrl("workers-ai"),
    };
  },
};
export default {
  async fetch(request, env) { return Response.json(await steps[new URL(request.url).pathname.slice(1)](env, await request.json())) },
}`;

let embedded: Embedded;
let client: Cloudflare;
let account_id: string;
let nowMs = 1_000_000_000;

const settings = {
  cache_invalidate_on_update: true,
  cache_ttl: 3600,
  collect_logs: true,
  rate_limiting_interval: 60,
  rate_limiting_limit: 100,
  rate_limiting_technique: "sliding" as const,
};
const harbour = "The harbour opens at nine.\n\nWhen does the harbour open?";
const opens = "The harbour opens at nine.";

const step = async (name: string, body: object) => {
  const sent = await exchange(`http://probe.dev.localhost:${embedded.frontPort}/${name}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  const { status, text } = sent;
  if (status !== 200) throw new Error(`/${name} answered ${status}: ${text}`);
  return JSON.parse(text);
};

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors, gatewayClock: () => nowMs });
  account_id = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  await client.aiGateway.create({ account_id, id: "gw", ...settings });
  await deployScript({ api: embedded.api, token: embedded.token, account: account_id }, "probe", worker, [
    { type: "ai", name: "AI" },
  ]);
});
afterAll(() => embedded.close());
/** Nothing of the test before is in the window or in the cache. */
beforeEach(() => {
  nowMs += 4_000_000;
});

test("a repeated prompt is a hit for as long as the gateway says, and a call may say otherwise", async () => {
  const ask = async (options: object = {}) =>
    (await step("ask", { prompt: harbour, ...options }))[0].slice(0, 3);
  expect(await ask()).toEqual([200, "MISS", opens]);
  expect(await ask()).toEqual([200, "HIT", opens]);
  expect(await ask({ skipCache: true })).toEqual([200, "MISS", opens]);
  expect(await ask({ cacheKey: "mine" })).toEqual([200, "MISS", opens]);
  expect(await ask({ cacheKey: "mine" })).toEqual([200, "HIT", opens]);
  nowMs += 3_599_999;
  expect(await ask()).toEqual([200, "HIT", opens]);
  nowMs += 1;
  expect(await ask()).toEqual([200, "MISS", opens]);
  expect(await ask({ cacheKey: "short", cacheTtl: 60 })).toEqual([200, "MISS", opens]);
  nowMs += 60_000;
  expect(await ask({ cacheKey: "short", cacheTtl: 60 })).toEqual([200, "MISS", opens]);
});

test("the 101st request of a minute is refused, and the first after it is not", async () => {
  const answers: [number, string | null, unknown, string | null][] = await step("ask", {
    prompt: harbour,
    times: 101,
  });
  expect(answers.slice(0, 100).every(([status]) => status === 200)).toBe(true);
  expect(answers[100]?.slice(0, 2)).toEqual([429, null]);
  expect(answers[100]?.[2]).toMatchObject({
    internalCode: 2003,
    errors: [{ code: 2003, message: "Rate limited" }],
  });
  expect(await step("refusal", { prompt: harbour })).toBe("AiGatewayError: 2003: Rate limited");
  const universal = await step("universal", {
    attempts: {
      provider: "workers-ai",
      endpoint: "@cf/meta/llama-3.1-8b-instruct",
      headers: {},
      query: { prompt: "x" },
    },
  });
  expect(universal).toEqual([
    429,
    null,
    null,
    { success: false, result: [], messages: [], error: [{ code: 2003, message: "Rate limited" }] },
  ]);
  nowMs += 59_999;
  expect((await step("ask", { prompt: harbour }))[0][0]).toBe(429);
  nowMs += 1;
  expect((await step("ask", { prompt: harbour }))[0][0]).toBe(200);
});

test("a fixed window begins anew with the minute of the clock", async () => {
  await client.aiGateway.update("gw", { account_id, ...settings, rate_limiting_technique: "fixed" });
  nowMs = Math.ceil(nowMs / 60_000) * 60_000 + 59_000;
  const last: [number][] = await step("ask", { prompt: harbour, times: 101 });
  expect(last.map(([status]) => status).slice(99)).toEqual([200, 429]);
  nowMs += 1_000;
  const next: [number][] = await step("ask", { prompt: harbour, times: 100 });
  expect(next.every(([status]) => status === 200)).toBe(true);
  await client.aiGateway.update("gw", { account_id, ...settings });
});

test("attempts follow one another until one is answered; another company's servers are not reached from here", async () => {
  const attempt = (provider: string, endpoint: string) => ({
    provider,
    endpoint,
    headers: { "cf-aig-cache-ttl": 600 },
    query: { prompt: harbour },
  });
  const here = attempt("workers-ai", "@cf/meta/llama-3.1-8b-instruct");
  const attempts = [attempt("workers-ai", "@cf/nobody/nothing"), here];
  const answer = { result: { response: opens }, success: true, errors: [], messages: [] };
  expect(await step("universal", { attempts })).toMatchObject([200, "1", "MISS", answer]);
  expect(await step("universal", { attempts })).toMatchObject([200, "1", "HIT", answer]);
  expect(await step("universal", { attempts: [here], gateway: { skipCache: true } })).toMatchObject([
    200,
    "0",
    "MISS",
    answer,
  ]);
  expect(await step("universal", { attempts: attempt("openai", "chat/completions") })).toMatchObject([
    501,
    null,
    null,
    { error: [{ code: 2004, message: expect.stringContaining("no provider but workers-ai, got openai") }] },
  ]);
  expect(await step("universal", { attempts: [attempts[0]] })).toMatchObject([
    400,
    null,
    null,
    { errors: [{ code: 5007 }] },
  ]);
});

test("what went through is logged, and read and judged by the code and by the API", async () => {
  await client.aiGateway.logs.delete("gw", { account_id });
  const [[, , , id]] = await step("ask", { prompt: harbour, metadata: { user: "ada" } });
  expect(await step("logs", { id })).toEqual({
    date: true,
    first: ["@cf/meta/llama-3.1-8b-instruct", "workers-ai", true, false, 200, harbour, null],
    second: [1, 80, JSON.stringify({ team: "a" })],
    missing: [
      "AiGatewayLogNotFound: Log Not Found",
      "AiGatewayLogNotFound: Log Not Found",
      "AiGatewayLogNotFound: AI Gateway not found",
    ],
    url: `${new URL(embedded.api).origin}/v1/${account_id}/gw/workers-ai`,
  });
  await step("ask", { prompt: harbour });
  await step("ask", { prompt: "unlogged", collectLog: false });
  const listed = [];
  for await (const log of client.aiGateway.logs.list("gw", { account_id })) listed.push(log);
  expect(listed.map(({ id: listedId, cached }) => [listedId === id, cached])).toEqual([
    [false, true],
    [true, false],
  ]);
  expect(listed[1]).toMatchObject({
    tokens_in: 10,
    tokens_out: 5,
    cost: 0,
    created_at: new Date(nowMs).toISOString(),
  });
  const cached = [];
  for await (const log of client.aiGateway.logs.list("gw", { account_id, cached: true }))
    cached.push(log.cached);
  expect(cached).toEqual([true]);
  await client.aiGateway.logs.edit(id, { account_id, gateway_id: "gw", feedback: -1 });
  expect(await client.aiGateway.logs.get(id, { account_id, gateway_id: "gw" })).toMatchObject({
    feedback: -1,
    score: 80,
  });
  expect(await client.aiGateway.logs.request(id, { account_id, gateway_id: "gw" })).toEqual({
    prompt: harbour,
  });
  expect(await client.aiGateway.logs.response(id, { account_id, gateway_id: "gw" })).toMatchObject({
    response: opens,
  });
  await expect(client.aiGateway.logs.list("gw", { account_id, min_cost: 1 })).rejects.toThrow(
    /does not filter logs by min_cost/,
  );
  await client.aiGateway.logs.delete("gw", { account_id });
  expect((await client.aiGateway.logs.list("gw", { account_id })).result).toEqual([]);
});

test("a gateway answers over HTTP: universal, as Workers AI, and in OpenAI's words", async () => {
  const origin = new URL(embedded.api).origin;
  const ask = async (path: string, body: object, token = embedded.token) => {
    const response = await fetch(`${origin}/v1/${account_id}/gw${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { status, headers } = response;
    return [status, headers.get("cf-aig-cache-status"), await response.json()];
  };
  const query = { prompt: harbour };
  const endpoint = "@cf/meta/llama-3.1-8b-instruct";
  expect(await ask("", [{ provider: "workers-ai", endpoint, headers: {}, query }])).toMatchObject([
    200,
    "MISS",
    { result: { response: opens } },
  ]);
  expect(await ask(`/workers-ai/${endpoint}`, query)).toMatchObject([
    200,
    "HIT",
    { result: { response: opens } },
  ]);
  expect(
    await ask("/compat/chat/completions", {
      model: `workers-ai/${endpoint}`,
      messages: [
        { role: "system", content: `Answer from this alone.\n\n${opens}` },
        { role: "user", content: "When does the harbour open?" },
      ],
    }),
  ).toMatchObject([
    200,
    "MISS",
    { object: "chat.completion", choices: [{ message: { role: "assistant", content: opens } }] },
  ]);
  expect((await ask("", [], "wrong"))[0]).toBe(403);
  expect(await ask("", [])).toMatchObject([400, null, { error: [{ code: 2002 }] }]);
});

test("a deleted gateway takes its logs along, and lets nothing through", async () => {
  const [[, , , id]] = await step("ask", { prompt: harbour });
  expect(await client.aiGateway.logs.get(id, { account_id, gateway_id: "gw" })).toMatchObject({
    success: true,
  });
  await client.aiGateway.delete("gw", { account_id });
  expect((await step("ask", { prompt: harbour }))[0].slice(0, 2)).toEqual([400, null]);
  await client.aiGateway.create({ account_id, id: "gw", ...settings });
  await expect(client.aiGateway.logs.get(id, { account_id, gateway_id: "gw" })).rejects.toThrow(
    /404.*Log Not Found/,
  );
});
