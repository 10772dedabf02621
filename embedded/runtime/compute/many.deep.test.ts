import { afterAll, beforeAll, expect, test } from "vitest";
import { awakeCells, type Rig, service, startRig, version } from "./testing/rig.ts";

const awakeLimit = 4;
const names = Array.from({ length: 20 }, (_, index) => `worker-${index}`);

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ awakeLimit });
});
afterAll(() => rig.close());

test("of twenty workers that are deployed a few run, and every one answers", async () => {
  await Promise.all(
    names.map((name, index) =>
      rig.deploy(
        name,
        version(
          `${name}-1`,
          "export default { fetch: (r, env) => env.NEXT?.fetch(r) ?? new Response('last') };",
          {
            bindings: index % 5 === 4 ? [] : [service("NEXT", `worker-${index + 1}`)],
          },
        ),
      ),
    ),
  );
  expect(awakeCells(rig)).toBeLessThanOrEqual(awakeLimit);
  // each goes through a chain of up to five that have to wake up in the midst of the request
  for (const name of names) expect((await rig.get(name)).text).toBe("last");
});

test("what is deployed asleep was tried: one that does not start is refused", async () => {
  await expect(rig.deploy("bad", version("bad-1", "throw new Error('no');"))).rejects.toThrow("no");
  expect((await rig.get("bad")).status).toBe(404);
});

test("workers in use at the same time do not put each other to sleep", async () => {
  const used = names.slice(0, awakeLimit * 2);
  const versions = new Set<string>();
  const until = performance.now() + 6_000;
  while (performance.now() < until)
    for (const { status } of await Promise.all(used.map((name) => rig.get(name))))
      versions.add(String(status));
  expect([...versions]).toEqual(["200"]);
  expect(rig.notes).toEqual([]);
});
