import { serialize } from "node:v8";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { QueueDelivery } from "../../compute.ts";
import { type Rig, scriptName, startRig, version } from "../testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const consumer = `
const shown = (b) => b instanceof ArrayBuffer ? { bytes: [...new Uint8Array(b)] } : b instanceof Map ? { map: [...b] } : b;
export default {
  async queue(batch, env, ctx) {
    console.log(JSON.stringify([batch.queue, batch.messages.map((m) => [m.id, m.attempts, m.timestamp.getTime(), shown(m.body)])]));
    const how = batch.messages[0].body;
    if (how === "throw") throw new Error("no");
    if (how === "retry") batch.messages[0].retry({ delaySeconds: 7 });
    if (how === "ackOne") batch.messages[0].ack();
    if (how === "retryAll") batch.retryAll({ delaySeconds: 3 });
    if (how === "ackAll") batch.ackAll();
  },
  async scheduled(event) {
    console.log(event.cron + " " + event.scheduledTime);
    if (event.cron === "bad") throw new Error("no");
  },
  fetch() { return new Response("ok"); },
};`;

const message = (id: string, contentType: QueueDelivery["contentType"], body: Uint8Array): QueueDelivery => ({
  id,
  timestampMs: 1_700_000_000_000,
  attempts: 2,
  contentType,
  body,
});
const text = (id: string, value: string): QueueDelivery => message(id, "text", Buffer.from(value));

test("a batch reaches the queue handler with bodies of every type", async () => {
  await rig.deploy("consumer", version("c1", consumer));
  const messages = [
    message("1", "json", Buffer.from('{"a":[1]}')),
    text("2", "héllo"),
    message("3", "bytes", Buffer.from([0, 255])),
    message("4", "v8", serialize(new Map([["k", 1]]))),
  ];
  const outcome = await rig.compute.queue(scriptName("consumer"), "jobs", messages);
  expect(outcome).toMatchObject({ outcome: "ok", retryAll: undefined, retries: [] });
  await expect.poll(() => rig.logs.length).toBe(1);
  const at = 1_700_000_000_000;
  expect(JSON.parse(rig.logs[0]?.text ?? "")).toEqual([
    "jobs",
    [
      ["1", 2, at, { a: [1] }],
      ["2", 2, at, "héllo"],
      ["3", 2, at, { bytes: [0, 255] }],
      ["4", 2, at, { map: [["k", 1]] }],
    ],
  ]);
});

test("what the handler decided comes back", async () => {
  const decided = (how: string) =>
    rig.compute.queue(scriptName("consumer"), "jobs", [text("a", how), text("b", "-")]);
  expect(await decided("throw")).toMatchObject({ outcome: "exception", ackAll: false });
  expect(await decided("retry")).toMatchObject({ outcome: "ok", retries: [{ id: "a", delaySeconds: 7 }] });
  expect(await decided("ackOne")).toMatchObject({ outcome: "ok", explicitAcks: ["a"] });
  expect(await decided("retryAll")).toMatchObject({ outcome: "ok", retryAll: { delaySeconds: 3 } });
  expect(await decided("ackAll")).toMatchObject({ outcome: "ok", ackAll: true });
});

test("a cron reaches the scheduled handler", async () => {
  const fire = (cron: string) => rig.compute.scheduled(scriptName("consumer"), cron, 1_700_000_000_000);
  expect(await fire("*/5 * * * *")).toEqual({ outcome: "ok" });
  expect(await fire("bad")).toEqual({ outcome: "exception" });
  await expect.poll(() => rig.logs.map((l) => l.text)).toContain("*/5 * * * * 1700000000000");
  await expect
    .poll(() => rig.logs.map((l) => l.text).join("\n"))
    .toMatch(/Uncaught Error: no\n\s+at Object.scheduled/);
});

test("a batch for a script that is not there is an error", async () => {
  await expect(rig.compute.queue(scriptName("nobody"), "jobs", [text("a", "x")])).rejects.toThrow(
    'Script not found: "nobody"',
  );
});

test("a batch finishes on the version where it started", async () => {
  const slow = (tag: string): string =>
    `export default { async queue(b) { await scheduler.wait(600); console.log("finished on ${tag}"); } };`;
  await rig.deploy("slow", version("s1", slow("one")));
  const running = rig.compute.queue(scriptName("slow"), "jobs", [text("a", "x")]);
  await rig.deploy("slow", version("s2", slow("two")));
  expect(await running).toMatchObject({ outcome: "ok" });
  await expect.poll(() => rig.logs.map((l) => `${l.version}: ${l.text}`)).toContain("s1: finished on one");
});

test("the scheduled handler runs when it is asked for by hand, as wrangler dev does it", async () => {
  const at = "/cdn-cgi/handler/scheduled";
  expect(await rig.get("consumer", `${at}?cron=0+3+*+*+*&time=1700000000000`)).toMatchObject({
    status: 200,
    text: "ok",
  });
  await expect.poll(() => rig.logs.at(-1)?.text).toBe("0 3 * * * 1700000000000");
  expect(await rig.get("consumer", `${at}?cron=bad&format=json`)).toMatchObject({
    status: 500,
    text: '{"outcome":"exception"}',
  });
  expect((await rig.get("consumer", `${at}/more`)).text, "any other path is the worker's").toBe("ok");
});
