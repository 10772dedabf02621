import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ResolvedBinding, VersionSpec } from "../compute.ts";
import { type Rig, scriptName, startRig, version } from "./testing/rig.ts";

let rig: Rig;
const dataDir = mkdtempSync(join(tmpdir(), "lockstep-objects-"));
beforeAll(async () => {
  rig = await startRig({ dataDir });
});
afterAll(async () => {
  await rig.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const namespaceId = "5e".repeat(16);
const counter = (name: string, script: string, className = "Counter"): ResolvedBinding => ({
  kind: "object",
  name,
  className,
  script,
  namespaceId,
});
const code = (tag: string, className = "Counter"): string => `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class ${className} extends DurableObject {
  memory = 0;
  constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (n)"); }
  add() {
    this.memory += 1;
    this.ctx.storage.sql.exec("INSERT INTO rows VALUES (1)");
    return { tag: "${tag}", memory: this.memory, rows: this.rows() };
  }
  rows() { return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM rows").one().n; }
  who() { return { name: this.ctx.id.name ?? null, id: this.ctx.id.toString() }; }
  fetch(request) { return new Response("object ${tag} " + new URL(request.url).pathname); }
  fail() { throw new RangeError("in the object"); }
  async slow(ms) { await scheduler.wait(ms); return "${tag}"; }
  async arm(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); }
  async alarm() { console.log("alarm in ${tag}"); }
}
export default { async fetch(request, env) {
  const url = new URL(request.url), stub = env.COUNTER.getByName(url.searchParams.get("name") ?? "one");
  const call = url.pathname.slice(1);
  if (call === "fetch") return stub.fetch("http://object/inside");
  if (call === "unique") return Response.json(await env.COUNTER.get(env.COUNTER.newUniqueId()).who());
  if (call === "same") return Response.json(env.COUNTER.idFromName("one").toString());
  return Response.json((await stub[call](Number(url.searchParams.get("ms")))) ?? null);
} };`;
const owned = (className = "Counter"): Pick<VersionSpec, "objectClasses"> => ({
  objectClasses: [{ className, namespaceId, storage: "sqlite" }],
});
const ask = async (script: string, path: string): Promise<unknown> =>
  JSON.parse((await rig.get(script, path)).text);

test("objects keep rows and memory, know their names, answer fetch and throw", async () => {
  await rig.deploy("owner", {
    ...version("o1", code("one"), owned()),
    bindings: [counter("COUNTER", "owner")],
  });
  expect(await ask("owner", "/add")).toEqual({ tag: "one", memory: 1, rows: 1 });
  expect(await ask("owner", "/add")).toEqual({ tag: "one", memory: 2, rows: 2 });
  expect(await ask("owner", "/add?name=other")).toEqual({ tag: "one", memory: 1, rows: 1 });
  expect(await ask("owner", "/who")).toEqual({ name: "one", id: await ask("owner", "/same") });
  expect(await ask("owner", "/unique")).toMatchObject({ name: null });
  expect((await rig.get("owner", "/fetch")).text).toBe("object one /inside");
  expect((await rig.get("owner", "/fail")).text).toBe("error code: 1101\n");
});

test("another script that binds the class reaches the same objects", async () => {
  await rig.deploy("guest", { ...version("g1", code("guest")), bindings: [counter("COUNTER", "owner")] });
  expect(await ask("guest", "/add")).toEqual({ tag: "one", memory: 3, rows: 3 });
  expect(await ask("guest", "/who")).toEqual(await ask("owner", "/who"));
});

test("a new version of a script that only calls leaves the objects' memory alone", async () => {
  await rig.deploy("guest", { ...version("g2", code("guest")), bindings: [counter("COUNTER", "owner")] });
  expect(await ask("guest", "/add")).toEqual({ tag: "one", memory: 4, rows: 4 });
});

test("a new version of the owner takes the objects over with their rows, also under another class name", async () => {
  await rig.deploy("owner", {
    ...version("o2", code("two", "Renamed"), owned("Renamed")),
    bindings: [counter("COUNTER", "owner", "Renamed")],
  });
  expect(await ask("guest", "/add")).toEqual({ tag: "two", memory: 1, rows: 5 });
  expect(await ask("owner", "/add")).toEqual({ tag: "two", memory: 2, rows: 6 });
});

test("an alarm set under one version rings under the next", async () => {
  const rung = () => rig.logs.map((l) => l.text).filter((text) => text.startsWith("alarm in"));
  // a busy machine may take longer for the deployment than the alarm waits: then once more, with a later one
  for (let ms = 2_500, round = 1; ; ms *= 6, round += 1) {
    await ask("owner", `/arm?ms=${ms}`);
    const before = rung().length;
    const tag = `three-${round}`;
    await rig.deploy("owner", {
      ...version(tag, code(tag), owned()),
      bindings: [counter("COUNTER", "owner")],
    });
    await expect.poll(rung, { timeout: ms + 60_000 }).toHaveLength(before + 1);
    if (rung().at(-1) === `alarm in ${tag}`) break;
    expect(round).toBeLessThan(3);
  }
});

test("an object call that outlasts the grace of a hand-over is reset as on Cloudflare", async () => {
  const slow = rig.get("guest", "/slow?ms=250000");
  await ask("guest", "/rows");
  await rig.deploy("owner", {
    ...version("o4", code("four"), owned()),
    bindings: [counter("COUNTER", "owner")],
  });
  expect((await slow).text).toBe("error code: 1101\n");
  await expect
    .poll(() => rig.logs.map((l) => l.text).join("\n"))
    .toContain("Durable Object reset because its code was updated.");
  expect(await ask("guest", "/slow?ms=1")).toBe("four");
});

test("an owner that would not start is refused, and the objects stay where they are", async () => {
  await ask("owner", "/add");
  const broken = `${code("five")}\nthrow new Error("no start");`;
  const deployed = rig.deploy("owner", {
    ...version("o5", broken, owned()),
    bindings: [counter("COUNTER", "owner")],
  });
  await expect(deployed).rejects.toMatchObject({ name: "UploadRejected" });
  const withoutClass = version("o6", "export default { fetch: () => new Response('x') };", owned());
  await expect(rig.deploy("owner", { ...withoutClass })).rejects.toMatchObject({
    name: "UploadRejected",
    code: 10070,
  });
  expect(await ask("owner", "/add")).toMatchObject({ tag: "four", memory: 2 });
});

test("a class with the older key-value storage keeps what it puts", async () => {
  const id = "6f".repeat(16);
  const spec = version(
    "kv1",
    `import { DurableObject } from "cloudflare:workers";
    export class Old extends DurableObject { async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; } }
    export default { fetch: async (r, env) => new Response(String(await env.OLD.getByName("x").next())) };`,
    {
      bindings: [{ kind: "object", name: "OLD", className: "Old", script: "kv", namespaceId: id }],
      objectClasses: [{ className: "Old", namespaceId: id, storage: "legacy-kv" }],
    },
  );
  await rig.deploy("kv", spec);
  expect((await rig.get("kv")).text).toBe("1");
  await rig.deploy("kv", { ...spec, id: "kv2" });
  expect((await rig.get("kv")).text).toBe("2");
});

test("rows outlive the process; removing the script with its objects removes them", async () => {
  const { rows } = JSON.parse((await rig.get("owner", "/add")).text);
  await rig.close();
  rig = await startRig({ dataDir });
  await rig.deploy("owner", {
    ...version("o7", code("seven"), owned()),
    bindings: [counter("COUNTER", "owner")],
  });
  expect(await ask("owner", "/rows")).toBe(rows);
  expect(readdirSync(join(dataDir, "objects", namespaceId)).some((f) => f.endsWith(".sqlite"))).toBe(true);
  await rig.compute.remove(scriptName("owner"), { deleteObjects: true });
  expect(existsSync(join(dataDir, "objects", namespaceId))).toBe(false);
});
