import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rig, scriptName, service, startRig, version } from "../testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const answering = (tag: string) =>
  version(tag, `export default { fetch: () => new Response("${tag}") };`, {
    createdOn: `2026-01-0${tag.slice(-1)}T00:00:00.000Z`,
  });
const old = answering("version-1");
const fresh = answering("version-2");
const split = (percentage: number) =>
  rig.compute.deploy(scriptName("site"), [
    { version: fresh, percentage },
    { version: old, percentage: 100 - percentage },
  ]);
const counted = async (script: string, times: number): Promise<Record<string, number>> => {
  const seen: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const { text } = await rig.get(script);
    seen[text] = (seen[text] ?? 0) + 1;
  }
  return seen;
};

test("requests are split by percentage, from visitors and from other scripts", async () => {
  rig.compute.setSubdomain(scriptName("site"), true);
  await split(20);
  const caller = version("caller", "export default { fetch: (r, env) => env.SITE.fetch(r) };", {
    bindings: [service("SITE", "site")],
  });
  await rig.deploy("caller", caller);
  // 500 draws at 20 %: 100 expected, standard deviation 9; beyond 6 of them once in a thousand million runs
  for (const script of ["site", "caller"]) {
    const seen = await counted(script, 500);
    expect(seen["version-2"]).toBeGreaterThan(46);
    expect(seen["version-2"]).toBeLessThan(154);
    expect((seen["version-1"] ?? 0) + (seen["version-2"] ?? 0)).toBe(500);
  }
});

test("a version key stays where it is, and a growing share only takes keys over", async () => {
  const keys = Array.from({ length: 150 }, (_, i) => `visitor-${i}`);
  const places = () =>
    Promise.all(
      keys.map(async (key) => (await rig.get("site", "/", { "Cloudflare-Workers-Version-Key": key })).text),
    );
  const first = await places();
  expect(await places()).toEqual(first);
  await split(60);
  const second = await places();
  expect(first.every((version, i) => version === "version-1" || second[i] === "version-2")).toBe(true);
  expect(second.filter((v) => v === "version-2").length).toBeGreaterThan(
    first.filter((v) => v === "version-2").length,
  );
});

test("an override reaches a deployed version and no other", async () => {
  const asking = async (id: string) =>
    new Set(
      await Promise.all(
        Array.from(
          { length: 30 },
          async () =>
            (
              await rig.get("site", "/", {
                "Cloudflare-Workers-Version-Overrides": `other="x", site="${id}"`,
              })
            ).text,
        ),
      ),
    );
  expect(await asking("version-1")).toEqual(new Set(["version-1"]));
  expect(await asking("version-2")).toEqual(new Set(["version-2"]));
  expect((await asking("not-deployed")).size).toBe(2);
});

test("at 100 % only one version answers, and it keeps its cell through every change of percentages", async () => {
  const code = `let n = 0; export default { fetch: () => new Response(String(++n)) };`;
  const kept = version("kept", code);
  await rig.deploy("counting", kept);
  expect((await rig.get("counting")).text).toBe("1");
  await rig.compute.deploy(scriptName("counting"), [
    { version: kept, percentage: 50 },
    { version: answering("version-3"), percentage: 50 },
  ]);
  await rig.deploy("counting", kept);
  expect(
    (await rig.get("counting", "/", { "Cloudflare-Workers-Version-Overrides": 'counting="kept"' })).text,
  ).toBe("2");
  expect(await counted("counting", 5)).toEqual({ 3: 1, 4: 1, 5: 1, 6: 1, 7: 1 });
});

test("a version deployed at 0 % answers who asks for it, from outside and through another script, also asleep, and nobody else", async () => {
  const splits = [
    { version: old, percentage: 100 },
    { version: fresh, percentage: 0 },
  ];
  const caller = version("zero-caller", "export default { fetch: (r, env) => env.ZERO.fetch(r) };", {
    bindings: [service("ZERO", "zero")],
  });
  await rig.deploy("zero-caller", caller);
  rig.compute.setSubdomain(scriptName("zero"), true);
  await rig.compute.deploy(scriptName("zero"), splits, { lazily: true });
  const asking = { "Cloudflare-Workers-Version-Overrides": 'zero="version-2"' };
  expect(await counted("zero-caller", 5)).toEqual({ "version-1": 5 });
  for (const script of ["zero-caller", "zero"]) {
    expect((await rig.get(script, "/", asking)).text).toBe("version-2");
    expect(await counted(script, 50)).toEqual({ "version-1": 50 });
  }
});
