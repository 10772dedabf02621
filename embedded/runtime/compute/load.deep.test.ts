import { afterAll, beforeAll, expect, test } from "vitest";
import { handOverUnderLoad } from "./testing/hand-over-load.ts";
import { type Rig, service, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

test("thirty hand-overs in a row lose nothing and write nothing twice", async () => {
  const tags = Array.from({ length: 31 }, (_, i) => `v${i};`);
  const { told, rows } = await handOverUnderLoad(rig, tags);
  expect([...told.values()].filter((t) => t.status !== 200)).toEqual([]);
  expect(rows.map((r) => [r.asked, String(r.n)]).toSorted()).toEqual(
    [...told].map(([asked, t]) => [asked, t.text]).toSorted(),
  );
  const order = rows.map((r) => tags.indexOf(r.by));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("forty deployments of a caller and its callee at the same time fail no request", async () => {
  const callee = (tag: string) =>
    version(
      `callee-${tag}`,
      `import { WorkerEntrypoint } from "cloudflare:workers";
      export class Api extends WorkerEntrypoint { tag() { return "${tag}"; } }
      export default { fetch: () => new Response("${tag}") };`,
    );
  const caller = (tag: string) =>
    version(
      `caller-${tag}`,
      `export default { fetch: async (r, env) => new Response("${tag} " + await env.API.tag() + " " + await (await env.B.fetch(r)).text()) };`,
      {
        bindings: [service("B", "callee"), service("API", "callee", "Api")],
      },
    );
  await Promise.all([rig.deploy("callee", callee("0")), rig.deploy("caller", caller("0"))]);
  let ended = false;
  const failures: string[] = [];
  let answers = 0;
  const visitor = async (): Promise<void> => {
    while (!ended) {
      const { status, text } = await rig
        .get("caller")
        .catch((e: unknown) => ({ status: 0, text: String(e) }));
      answers += 1;
      if (status !== 200 || !/^\d+ \d+ \d+$/.test(text)) failures.push(`${status} ${text}`);
    }
  };
  const visitors = Array.from({ length: 4 }, visitor);
  for (let i = 1; i <= 20; i++) {
    const goal = answers + 6;
    await Promise.all([rig.deploy("callee", callee(String(i))), rig.deploy("caller", caller(String(i)))]);
    await expect.poll(() => answers, { interval: 5 }).toBeGreaterThanOrEqual(goal);
  }
  ended = true;
  await Promise.all(visitors);
  expect(failures).toEqual([]);
  expect(answers).toBeGreaterThan(100);
});

test("fifteen scripts deployed at once all answer", async () => {
  const names = Array.from({ length: 15 }, (_, i) => `many-${i}`);
  await Promise.all(
    names.map((name) =>
      rig.deploy(name, version(name, `export default { fetch: () => new Response("${name}") };`)),
    ),
  );
  for (const name of names) expect((await rig.get(name)).text).toBe(name);
});
