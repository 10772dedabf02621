import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openState } from "../../state.ts";
import { hashAi } from "../ai/hash.ts";
import { openAnalytics } from "../analytics/query.ts";
import { openEmails } from "../emails/keep.ts";
import { openQueues } from "../queues/broker.ts";
import type { QueueBroker } from "../queues.ts";
import { openRateLimits } from "../rate-limits/rate-limits.ts";
import { openVectors } from "../vectors/engine.ts";
import { type DataPlane, startDataPlane } from "./server.ts";

let plane: DataPlane;
let queues: QueueBroker;
let log: string[];

beforeEach(async () => {
  log = [];
  const state = openState(":memory:");
  queues = openQueues({ state, log: () => {} });
  queues.configure("q", { deliveryDelaySeconds: 0, deliveryPaused: false, messageRetentionSeconds: 60 });
  const vectors = openVectors({ state });
  vectors.create("v", { dimensions: 2, metric: "cosine" });
  plane = await startDataPlane({
    queues,
    vectors,
    ai: hashAi(),
    rateLimits: openRateLimits(),
    analytics: openAnalytics(state.sqlite),
    emails: openEmails(join(tmpdir(), "lockstep-no-emails")),
    secretValue: () => undefined,
    log: (line) => log.push(line),
  });
});
afterEach(() => plane.close());

async function ask(
  store: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(`http://${plane.address}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "x-lockstep-key": plane.key,
      ...(store === "" ? {} : { "x-lockstep-store": store }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return `${response.status} ${response.headers.get("cf-queues-error-code") ?? ""} ${await response.text()}`;
}

const json = (text: string): unknown => JSON.parse(text.slice(text.indexOf("{")));

test.each([
  ["", "/info", "400  "],
  ["QUEUE", "/message", "400  "],
  ["QUEUE/", "/message", "400  "],
  ["KV/x", "/x", "400  "],
])("the store %j is refused", async (store, path, start) => {
  expect(await ask(store, path, "x")).toContain(start);
});

test.each([
  ["QUEUE/none", "/message", "x", "404 10104"],
  ["QUEUE/q", "/message", "x".repeat(128_001), "413 10204"],
  ["QUEUE/q", "/batch", "{", "400 10208"],
  ["QUEUE/q", "/batch", '{"messages":[{"body":"not base64!"}]}', "400 10207"],
  ["QUEUE/q", "/batch", '{"messages":[]}', "400 10206"],
  ["QUEUE/q", "/batch", '{"messages":[{"body":"eA==","contentType":"xml"}]}', "400 10203"],
  ["QUEUE/q", "/batch", '{"messages":[{"body":"eA==","delaySecs":-1}]}', "400 10203"],
  ["QUEUE/q", "/elsewhere", "x", "404 10107"],
])("%s %s %.40s → %s", async (store, path, body, start) => {
  expect((await ask(store, path, body)).startsWith(start)).toBe(true);
  expect(queues.metrics("q").backlogCount).toBe(0);
});

test("a batch with one bad message is refused as a whole", async () => {
  const big = Buffer.alloc(128_001).toString("base64");
  expect(
    await ask(
      "QUEUE/q",
      "/batch",
      JSON.stringify({
        messages: [
          { body: "eA==", contentType: "text" },
          { body: big, contentType: "bytes" },
        ],
      }),
    ),
  ).toContain("413 10204");
  expect(queues.metrics("q").backlogCount).toBe(0);
});

test.each([
  ["/insert", "{", 40_023],
  ["/insert", '{"id":"a","values":[1]}', 40_012],
  ["/insert", '{"id":1,"values":[1,2]}', 40_023],
  ["/query", "{", 40_026],
  ["/query", "[]", 40_026],
  ["/query", '{"topK":1}', 40_026],
  ["/query", '{"vector":[1,2],"topK":"many"}', 40_026],
  ["/query", '{"vector":[1,2],"filter":"x"}', 40_026],
  ["/query", '{"vector":[1,2],"filter":[]}', 40_026],
  ["/getByIds", '{"ids":"a"}', 40_026],
  ["/elsewhere", "{}", 40_404],
])("Vectorize %s %s → code %i", async (path, body, code) => {
  expect(json(await ask("VECTORIZE/v", path, body))).toMatchObject({ code, error: expect.any(String) });
});

test("an index that was deleted answers so", async () => {
  expect(await ask("VECTORIZE/none", "/info", undefined)).toContain("vectorize.index.not_found");
});

test.each([
  ["{", 3003],
  ["[]", 3003],
  ["null", 3003],
  ['{"inputs":{}}', 5006],
  ['{"inputs":null}', 5006],
])("AI %s → code %i", async (body, code) => {
  expect(
    json(await ask("AI/a", "/run", body, { "cf-consn-model-id": "@cf/baai/bge-base-en-v1.5" })),
  ).toMatchObject({ internalCode: code, name: "InferenceUpstreamError" });
});

test.each([undefined, "", "guess"])("the key %j is refused, whatever is asked for", async (key) => {
  const headers = { "x-lockstep-store": "QUEUE/q", ...(key !== undefined && { "x-lockstep-key": key }) };
  const response = await fetch(`http://${plane.address}/message`, { method: "POST", headers, body: "x" });
  expect(response.status).toBe(403);
  expect(queues.metrics("q").backlogCount).toBe(0);
});

test("a caller that goes away in the middle of its message leaves nothing behind, and the next one is served", async () => {
  const [host = "", port = ""] = plane.address.split(":");
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), host, () => {
      socket.write(
        `POST /message HTTP/1.1\r\nHost: q\r\nx-lockstep-key: ${plane.key}\r\nx-lockstep-store: QUEUE/q\r\nx-msg-fmt: text\r\nContent-Length: 1000\r\n\r\nonly a part`,
      );
      setTimeout(() => socket.destroy(), 20);
    });
    socket.on("close", () => setTimeout(resolve, 20));
  });
  expect(queues.metrics("q").backlogCount).toBe(0);
  expect(await ask("QUEUE/q", "/message", "whole", { "x-msg-fmt": "text" })).toContain('"backlogCount":1');
  expect(log).toEqual([]);
});
