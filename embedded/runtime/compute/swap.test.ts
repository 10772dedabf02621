import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ResolvedBinding } from "../compute.ts";
import { type Rig, service, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const counter: ResolvedBinding = {
  kind: "object",
  name: "C",
  className: "C",
  script: "steady",
  namespaceId: "a1".repeat(16),
};
/** Holds a request, a WebSocket and an object's memory. */
const steady = `
import { DurableObject } from "cloudflare:workers";
export class C extends DurableObject {
  n = 0;
  add() { this.n += 1; return this.n; }
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) { socket.send(message + " " + this.add()); }
}
export default { async fetch(request, env) {
  const object = env.C.getByName("one");
  switch (new URL(request.url).pathname) {
    case "/ws": return object.fetch(request);
    case "/slow": await scheduler.wait(1500); return new Response("slow is done");
    case "/stream": {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      (async () => { for (let i = 0; i < 5; i++) { await scheduler.wait(250); await writer.write(new TextEncoder().encode(i + " ")); } await writer.close(); })();
      return new Response(readable);
    }
  }
  return new Response(String(await object.add()));
} };`;
const called = (tag: string): string => `
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint { add(a, b) { return a + b; } async slow() { console.log("slow in ${tag}"); await scheduler.wait(700); return "slow ${tag}"; } }
export default { fetch: () => new Response("${tag}") };`;
const busy = (tag: string): string => `
export default { async fetch(request, env, ctx) {
  const path = new URL(request.url).pathname;
  if (path === "/slowCall") return new Response(await env.API.slow());
  if (path === "/later") { ctx.waitUntil(scheduler.wait(800).then(() => console.log("later in ${tag}"))); return new Response("now"); }
  const [text, sum] = await Promise.all([env.CALLED.fetch("http://x/").then((r) => r.text()), env.API.add(1, 2)]);
  return new Response("${tag} " + text + " " + sum);
} };`;
const bindings = [service("CALLED", "called"), service("API", "called", "Api")];

/** Four visitors who ask without a pause until the work is done. */
async function under<T>(script: string, work: () => Promise<T>) {
  const seen = new Set<string>();
  let answers = 0;
  let ended = false;
  const visitor = async (): Promise<void> => {
    while (!ended) {
      const { status, text } = await rig.get(script).catch((e: unknown) => ({ status: 0, text: String(e) }));
      seen.add(`${status} ${text}`);
      answers += 1;
    }
  };
  /** Some of so many answers were asked for after now. */
  const more = async (): Promise<void> => {
    for (const goal = answers + 8; answers < goal; ) await sleep(20);
  };
  const visitors = Array.from({ length: 4 }, visitor);
  await more();
  const result = await work();
  await more();
  ended = true;
  await Promise.all(visitors);
  return { seen: [...seen].toSorted(), result };
}

test("deploying under load fails no request, and disturbs no held request, stream, WebSocket or object of another worker", async () => {
  await Promise.all([
    rig.deploy(
      "steady",
      version("st1", steady, {
        bindings: [counter],
        objectClasses: [{ className: "C", namespaceId: "a1".repeat(16), storage: "sqlite" }],
      }),
    ),
    rig.deploy("called", version("c1", called("c1"))),
    rig.deploy("busy", version("b1", busy("b1"), { bindings })),
  ]);
  expect((await rig.get("steady")).text).toBe("1");
  const socket = new WebSocket(`ws://127.0.0.1:${rig.compute.frontPort}/ws`, {
    headers: { host: "steady.dev.localhost" },
  });
  await once(socket, "open");
  const held = rig.get("steady", "/slow");
  const streamed = rig.get("steady", "/stream");

  const { seen } = await under("busy", async () => {
    await rig.deploy("busy", version("b2", busy("b2"), { bindings }));
    await rig.deploy("called", version("c2", called("c2")));
    await rig.deploy("called", version("c3", called("c3")));
  });
  expect(seen).toEqual(expect.arrayContaining(["200 b1 c1 3", "200 b2 c3 3"]));
  expect(seen.filter((s) => !/^200 b[12] c[123] 3$/.test(s))).toEqual([]);

  expect((await held).text).toBe("slow is done");
  expect((await streamed).text).toBe("0 1 2 3 4 ");
  socket.send("hi");
  expect(String((await once(socket, "message"))[0])).toBe("hi 2");
  expect((await rig.get("steady")).text).toBe("3");
  socket.close();
});

test("a refused upload leaves the old version serving under load", async () => {
  const { seen, result } = await under("busy", () =>
    rig.deploy("busy", version("b3", "throw new Error('no');")).catch((e: unknown) => String(e)),
  );
  expect(result).toMatch(/UploadRejected: Uncaught Error: no/);
  expect(seen).toEqual(["200 b2 c3 3"]);
});

test("calls and waitUntil work under way finish on the version where they started", async () => {
  const call = rig.get("busy", "/slowCall");
  const later = await rig.get("busy", "/later");
  expect(later.text).toBe("now");
  await expect.poll(() => rig.logs.map((l) => l.text)).toContain("slow in c3");
  await Promise.all([
    rig.deploy("called", version("c4", called("c4"))),
    rig.deploy("busy", version("b4", busy("b4"), { bindings })),
  ]);
  expect((await rig.get("busy")).text).toBe("b4 c4 3");
  expect((await call).text).toBe("slow c3");
  await expect.poll(() => rig.logs.map((l) => l.text)).toContain("later in b2");
});

test("deployments of one script at the same time come one after another, the last one stays", async () => {
  const tags = ["d1", "d2", "d3", "d4"];
  await Promise.all(tags.map((tag) => rig.deploy("called", version(tag, called(tag)))));
  expect((await rig.get("called")).text).toBe("d4");
});
