import { afterAll, beforeAll, expect, test } from "vitest";
import type { Trace } from "../compute.ts";
import { type Rig, scriptName, service, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const callee = `
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  fetch() { return new Response("callee"); }
  greet(name) { console.warn("greeting", { name }); return "hello " + name; }
}`;
const caller = `
export default {
  async fetch(request, env) {
    console.log("asked for", new URL(request.url).pathname);
    if (request.url.endsWith("/throw")) throw new TypeError("no such thing");
    return new Response(await env.CALLEE.greet("you"));
  },
};`;

test("who watches a script hears of every invocation, in every version, and of no other script", async () => {
  await rig.deploy("callee", version("callee-1", callee));
  await rig.deploy("caller", version("caller-1", caller, { bindings: [service("CALLEE", "callee")] }));
  await rig.get("caller", "/unwatched");

  const heard: Trace[] = [];
  const stop = rig.compute.watch(scriptName("caller"), (trace) => heard.push(trace));
  const ofCallee: Trace[] = [];
  const stopCallee = rig.compute.watch(scriptName("callee"), (trace) => ofCallee.push(trace));
  await expect
    .poll(async () => {
      await rig.get("caller", "/watched?a=1");
      return heard.length * ofCallee.length;
    })
    .toBeGreaterThan(0);
  expect(heard[0]).toMatchObject({
    version: "caller-1",
    item: {
      outcome: "ok",
      event: {
        request: { method: "GET", url: expect.stringContaining("/watched?a=1") },
        response: { status: 200 },
      },
      logs: [{ level: "log", message: ["asked for", "/watched"] }],
      exceptions: [],
    },
  });
  expect(ofCallee[0]).toMatchObject({
    version: "callee-1",
    item: {
      event: { rpcMethod: "greet" },
      logs: [{ level: "warn", message: ["greeting", { name: "you" }] }],
    },
  });

  await rig.deploy("caller", version("caller-2", caller, { bindings: [service("CALLEE", "callee")] }));
  await rig.get("caller", "/throw");
  const ofSecond = () => heard.filter((trace) => trace.version === "caller-2");
  await expect.poll(() => ofSecond().length).toBe(1);
  expect(ofSecond()[0]).toMatchObject({
    item: { outcome: "exception", exceptions: [{ name: "TypeError", message: "no such thing" }] },
  });

  stop();
  stopCallee();
  heard.length = 0;
  await rig.get("caller", "/after");
  await rig.get("caller", "/throw"); // its exception is reported to the log all the same, and later than a trace would be
  await expect.poll(() => rig.logs.filter(({ text }) => text.includes("no such thing")).length).toBe(2);
  expect(heard).toEqual([]);
});
