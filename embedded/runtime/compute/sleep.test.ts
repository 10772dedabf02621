import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { awakeCells, type Rig, scriptName, service, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ idleLimitMs: 1_500 });
});
afterAll(() => rig.close());

const running = (): number => awakeCells(rig);
/** How many were started so far, also those that sleep again by now: each notes its pid. */
const started = (): number => readdirSync(join(rig.dataDir, "cells", "pids")).length;
const callee = version("callee-1", "export default { fetch: () => new Response('callee'), queue() {} };");
const caller = version("caller-1", "export default { fetch: (r, env) => env.CALLEE.fetch(r) };", {
  bindings: [service("CALLEE", "callee")],
});

test("versions deployed lazily start with the first request, call or batch", async () => {
  for (const [name, spec] of [
    ["callee", callee],
    ["caller", caller],
  ] as const) {
    rig.compute.setSubdomain(scriptName(name), true);
    await rig.compute.deploy(scriptName(name), [{ version: spec, percentage: 100 }], { lazily: true });
  }
  expect(running()).toBe(0);
  const before = started();
  const answers = await Promise.all([rig.get("caller"), rig.get("caller"), rig.get("caller")]);
  expect(answers.map((a) => a.text)).toEqual(["callee", "callee", "callee"]);
  expect(started() - before).toBe(2);
});

test("what nobody asks for sleeps, and wakes up for whoever asks", async () => {
  await expect.poll(running).toBe(0);
  const batch = [
    { id: "1", timestampMs: 0, attempts: 1, contentType: "text", body: Buffer.from("x") } as const,
  ];
  const before = started();
  expect(await rig.compute.queue(scriptName("callee"), "jobs", batch)).toMatchObject({ outcome: "ok" });
  expect(started() - before).toBe(1);
  expect((await rig.get("caller")).text).toBe("callee");
  await expect.poll(running).toBe(0);
  expect((await rig.get("caller")).text).toBe("callee");
});

test("a visitor who leaves before a worker woke up does not keep it awake", async () => {
  await expect.poll(running).toBe(0);
  const leaving = httpRequest({
    agent: false,
    host: "127.0.0.1",
    port: rig.compute.frontPort,
    headers: { host: "callee.dev.localhost" },
  });
  leaving.on("error", () => {});
  leaving.end();
  await expect.poll(running, { interval: 1 }).toBe(1); // it is starting
  leaving.destroy();
  await expect.poll(running).toBe(0);
});

test("a version that is replaced while it wakes up still serves those who woke it", async () => {
  const says = (id: string) => version(id, `export default { fetch: () => new Response("${id}") };`);
  for (let i = 0; i < 8; i += 1) {
    const name = scriptName(`replaced-${i}`);
    rig.compute.setSubdomain(name, true);
    await rig.compute.deploy(name, [{ version: says(`old-${i}`), percentage: 100 }], { lazily: true });
    const asked = Promise.all([rig.get(name.script), rig.get(name.script)]);
    await sleep(i * 5);
    await rig.compute.deploy(name, [{ version: says(`new-${i}`), percentage: 100 }]);
    for (const { status, text } of await asked)
      expect(`${status} ${text}`).toMatch(new RegExp(`^200 (old|new)-${i}$`));
    expect((await rig.get(name.script)).text).toBe(`new-${i}`);
    await rig.compute.remove(name, { deleteObjects: false });
  }
});

test("what is asked all the time never sleeps under a request", async () => {
  const until = performance.now() + 1500;
  while (performance.now() < until) expect((await rig.get("caller")).text).toBe("callee");
});

test("a version that does not start any more says so, once it is asked for", async () => {
  rig.compute.setSubdomain(scriptName("broken"), true);
  const broken = version("broken-1", "throw new Error('it ran once');");
  await rig.compute.deploy(scriptName("broken"), [{ version: broken, percentage: 100 }], { lazily: true });
  expect(await rig.get("broken")).toMatchObject({
    status: 500,
    text: expect.stringContaining("does not start"),
  });
  expect(rig.logs.at(-1)?.text).toContain("broken does not start: Uncaught Error: it ran once");
  await rig.deploy("broken", version("broken-2", "export default { fetch: () => new Response('mended') };"));
  expect((await rig.get("broken")).text).toBe("mended");
});
