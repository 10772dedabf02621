import { afterAll, beforeAll, expect, test } from "vitest";
import { get, type Rig, scriptName, service, startRig, version } from "../testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const callee = (tag: string): string => `
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class Box extends RpcTarget {
  constructor(n) { super(); this.n = n; }
  plus(k) { return this.n + k; }
}
export class Api extends WorkerEntrypoint {
  add(a, b) { return a + b; }
  box(n) { return new Box(n); }
  twice(f) { return f(21); }
  stream() { return new Response("streamed").body; }
  echo(x) { return x; }
  boom() { throw new TypeError("thrown in the callee"); }
  back() { return this.env.CALLER.fetch("http://caller/plain").then((r) => r.text()); }
  whoami() { return this.ctx.props?.as ?? "nobody"; }
  fetch() { return new Response("fetch of Api ${tag}"); }
}
function socket() {
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", (e) => server.send("callee heard " + e.data));
  return new Response(null, { status: 101, webSocket: client });
}
export default { fetch: async (r) => r.headers.get("upgrade") ? socket() : new Response("${tag} " + r.method + " " + new URL(r.url).pathname + " " + await r.text(), { status: 203 }) };`;

const caller = `
export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/plain") return new Response("plain from caller");
    const out = {}, t = async (k, f) => { try { out[k] = await f(); } catch (e) { out[k] = e.name + ": " + e.message; } };
    await t("fetch", async () => { const r = await env.CALLEE.fetch("http://x/path", { method: "PUT", body: "body" }); return [r.status, await r.text()]; });
    await t("named", async () => (await env.API.fetch("http://x/")).text());
    await t("rpc", () => env.API.add(2, 3));
    await t("target", async () => { using box = await env.API.box(5); return [await box.plus(1), await env.API.box(7).plus(1)]; });
    await t("callback", () => env.API.twice((n) => n * 2));
    await t("stream", async () => new Response(await env.API.stream()).text());
    await t("values", async () => { const v = await env.API.echo({ d: new Date(0), m: new Map([[1, new Set([2])]]), b: new Uint8Array([1, 2]) }); return [v.d.toISOString(), [...v.m.get(1)], v.b.length]; });
    await t("error", () => env.API.boom());
    await t("missing", () => env.API.nothing());
    await t("back", () => env.API.back());
    await t("props", () => env.AS.whoami());
    await t("gone", () => env.GONE.fetch("http://x/"));
    await t("socket", async () => {
      const { webSocket } = await env.CALLEE.fetch("http://x/", { headers: { upgrade: "websocket" } });
      webSocket.accept();
      webSocket.send("hi");
      return new Promise((done) => webSocket.addEventListener("message", (e) => done(e.data)));
    });
    await t("order", async () => { const all = await Promise.all(Array.from({ length: 50 }, (_, i) => env.API.echo(i))); return all.every((n, i) => n === i); });
    return Response.json(out);
  },
};`;

test("scripts that bind each other call by fetch, RPC, stubs and callbacks; a script that is not there is an error", async () => {
  await Promise.all([
    rig.deploy("caller", {
      ...version("caller-1", caller),
      bindings: [
        service("CALLEE", "callee"),
        service("API", "callee", "Api"),
        { kind: "service", name: "AS", script: "callee", entrypoint: "Api", props: { as: "admin" } },
        service("GONE", "never-deployed"),
      ],
    }),
    rig.deploy("callee", { ...version("callee-1", callee("one")), bindings: [service("CALLER", "caller")] }),
  ]);
  expect(JSON.parse((await rig.get("caller")).text)).toEqual({
    fetch: [203, "one PUT /path body"],
    named: "fetch of Api one",
    rpc: 5,
    target: [6, 8],
    callback: 42,
    stream: "streamed",
    values: ["1970-01-01T00:00:00.000Z", [2], 2],
    error: "TypeError: thrown in the callee",
    missing: expect.stringContaining("TypeError"),
    back: "plain from caller",
    props: "admin",
    gone: 'Error: Script not found: "never-deployed" has no deployment in this account.',
    socket: "callee heard hi",
    order: true,
  });
  await expect
    .poll(() => rig.invocations.filter((i) => i.script === "callee" && i.exception).length)
    .toBeGreaterThan(0);
});

test("a script of another account is not there", async () => {
  const other = { account: "0b".repeat(16), accountName: "Staging", script: "caller" };
  const bindings = [service("CALLEE", "callee")];
  const code =
    "export default { fetch: (r, env) => env.CALLEE.fetch(r).catch((e) => new Response(e.message)) };";
  await rig.compute.deploy(other, [{ version: version("other-1", code, { bindings }), percentage: 100 }]);
  rig.compute.setSubdomain(other, true);
  const answer = await get(rig.compute.frontPort, "caller.staging.localhost");
  expect(answer.text).toContain('Script not found: "callee"');
});

test("a new version of a called script is reached without a new start of its caller; a removed one is an error", async () => {
  await rig.deploy("callee", {
    ...version("callee-2", callee("two")),
    bindings: [service("CALLER", "caller")],
  });
  expect(JSON.parse((await rig.get("caller")).text)).toMatchObject({
    fetch: [203, "two PUT /path body"],
    rpc: 5,
  });
  await rig.compute.remove(scriptName("callee"), { deleteObjects: true });
  expect(JSON.parse((await rig.get("caller")).text)).toMatchObject({
    rpc: 'Error: Script not found: "callee" has no deployment in this account.',
  });
});

test("global fetch reaches other hosts of the front door and this machine, and nothing outside", async () => {
  const code = `export default { async fetch(r) {
    const url = new URL(r.url).searchParams.get("url");
    try { const a = await fetch(url); return new Response(a.status + " " + await a.text()); } catch (e) { return new Response(e.message); }
  } };`;
  await rig.deploy("out", version("out-1", code));
  const fetched = async (url: string): Promise<string> =>
    (await rig.get("out", `/?url=${encodeURIComponent(url)}`)).text;
  const port = rig.compute.frontPort;
  expect(await fetched(`http://caller.dev.localhost:${port}/plain`)).toBe("200 plain from caller");
  expect(await fetched(`http://nobody.dev.localhost:${port}/`)).toMatch(/^404 No Worker answers/);
  expect(await fetched(`http://127.0.0.1:${port}/`)).toMatch(/^421 /);
  const refused = await fetched("https://example.com/secret?x=1");
  expect(refused).toContain("fetch of https://example.com was refused");
  expect(refused).toContain("LOCKSTEP_EGRESS=allow");
});

test("with LOCKSTEP_EGRESS=allow a fetch outside is not refused by us", async () => {
  process.env["LOCKSTEP_EGRESS"] = "allow";
  const open = await startRig();
  delete process.env["LOCKSTEP_EGRESS"];
  try {
    const code =
      "export default { fetch: () => fetch('http://nowhere.invalid/').then(() => new Response('reached'), (e) => new Response(e.message)) };";
    await open.deploy("out", version("out-1", code));
    expect((await open.get("out")).text).not.toMatch(/refused|reached/);
  } finally {
    await open.close();
  }
});

test("stores get the kind and id of what is bound, and who asks", async () => {
  const stores = await startRig({
    stores: () => JSON.stringify({ success: true, meta: {}, results: [], dimensions: 3 }),
  });
  try {
    const code = `export default { async fetch(r, env) {
      const kinds = Object.fromEntries(Object.entries(env).map(([k, v]) => [k, v.constructor.name]));
      await env.KV.get("a"); await env.R2.head("k").catch(() => {}); await env.DB.prepare("select 1").all().catch(() => {});
      await env.Q.send({ a: 1 }).catch(() => {}); await env.VEC.describe(); await env.AI.run("@cf/x", {}).catch(() => {});
      return Response.json(kinds);
    } };`;
    const kinds = { KV: "KV", R2: "R2", DB: "D1", Q: "QUEUE", VEC: "VECTORIZE", AI: "AI" } as const;
    const bindings = Object.entries(kinds).map(
      ([name, kind]) => ({ kind: "store", name, store: { kind, id: `${name}-id` } }) as const,
    );
    await stores.deploy("app", version("app-1", code, { bindings }));
    expect(JSON.parse((await stores.get("app")).text)).toMatchObject({
      KV: "KvNamespace",
      R2: "R2Bucket",
      DB: "D1Database",
      Q: "WorkerQueue",
      VEC: "VectorizeIndexImpl",
      AI: "Ai",
    });
    const seen = stores.asked.map((line) => line.split(" ").slice(2).join(" "));
    const by = `${scriptName("app").account}/app/app-1`;
    expect([...new Set(seen)].toSorted()).toEqual(
      Object.entries(kinds)
        .map(([name, kind]) => `${kind}/${name}-id ${by}`)
        .toSorted(),
    );
  } finally {
    await stores.close();
  }
});
