import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rig, scriptName, service, startRig, version } from "../testing/rig.ts";

let rig: Rig;
let directory: string;
beforeAll(async () => {
  rig = await startRig();
  directory = mkdtempSync(join(tmpdir(), "lockstep-assets-"));
  const files = {
    "index.html": "<h1>home</h1>",
    "about.html": "<h1>about</h1>",
    "404.html": "<h1>lost</h1>",
    "api/static.json": '{"static":true}',
    "style.css": "body {}",
    "docs/index.html": "<h1>docs</h1>",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
});
afterAll(async () => {
  await rig.close();
  rmSync(directory, { recursive: true, force: true });
});

const worker = `export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/api/asset") return env.ASSETS.fetch(new URL("/style.css", request.url));
    if (path === "/api/throw") throw new Error("behind the router");
    return new Response("worker " + path);
  },
  async queue(batch) { console.log("queue " + batch.messages[0].body); },
  async scheduled(e) { console.log("cron " + e.cron); },
};`;

test("a script of assets only serves them with Cloudflare's rules", async () => {
  const config = {
    html_handling: "auto-trailing-slash",
    not_found_handling: "404-page",
    _headers: "/*.css\n  X-Custom: yes\n",
    _redirects: "/old /about 301\n",
  };
  await rig.deploy("pages", {
    ...version("p1", ""),
    mainModule: undefined,
    modules: [],
    assets: { directory, config },
  });
  expect(await rig.get("pages")).toMatchObject({ status: 200, text: "<h1>home</h1>" });
  expect(await rig.get("pages", "/about")).toMatchObject({ status: 200, text: "<h1>about</h1>" });
  expect(await rig.get("pages", "/about.html")).toMatchObject({
    status: 307,
    headers: { location: "/about" },
  });
  expect(await rig.get("pages", "/nowhere")).toMatchObject({ status: 404, text: "<h1>lost</h1>" });
  await rig.deploy("invoked", version("i1", "export default { fetch: () => new Response() };"));
  await rig.get("invoked");
  await expect.poll(() => rig.invocations.map(({ script }) => script)).toEqual(["invoked"]);
  expect((await rig.get("pages", "/style.css")).headers).toMatchObject({
    "x-custom": "yes",
    "content-type": "text/css; charset=utf-8",
  });
  expect(await rig.get("pages", "/old")).toMatchObject({ status: 301, headers: { location: "/about" } });
  expect((await rig.get("pages", "/_headers")).status).toBe(404);
});

test("a worker with assets is asked for what they do not hold, and first where it wants to", async () => {
  const bindings = [{ kind: "assets", name: "ASSETS" } as const];
  await rig.deploy("mixed", { ...version("m1", worker, { bindings }), assets: { directory, config: {} } });
  expect((await rig.get("mixed", "/style.css")).text).toBe("body {}");
  expect((await rig.get("mixed", "/api/static.json")).text).toBe('{"static":true}');
  expect((await rig.get("mixed", "/nowhere")).text).toBe("worker /nowhere");
  expect((await rig.get("mixed", "/api/asset")).text).toBe("body {}");
  expect((await rig.get("mixed", "/api/throw")).text).toBe("error code: 1101\n");

  const some = { directory, config: { run_worker_first: ["/api/*", "!/api/static.json"] } };
  await rig.deploy("mixed", { ...version("m2", worker, { bindings }), assets: some });
  expect((await rig.get("mixed", "/api/static.json")).text).toBe('{"static":true}');
  expect((await rig.get("mixed", "/api/other")).text).toBe("worker /api/other");
  expect((await rig.get("mixed", "/about")).text).toBe("<h1>about</h1>");

  const all = { directory, config: { run_worker_first: true } };
  await rig.deploy("mixed", { ...version("m3", worker, { bindings }), assets: all });
  expect((await rig.get("mixed", "/style.css")).text).toBe("worker /style.css");
});

test.each([
  ["auto-trailing-slash", { "/about": 200, "/about/": "/about", "/about.html": "/about", "/docs": "/docs/" }],
  [
    "force-trailing-slash",
    { "/about": "/about/", "/about/": 200, "/about.html": "/about/", "/docs": "/docs/" },
  ],
  ["drop-trailing-slash", { "/about": 200, "/about/": "/about", "/docs": 200, "/docs/": "/docs" }],
  ["none", { "/about": 404, "/about/": 404, "/about.html": 200, "/docs": 404, "/docs/index.html": 200 }],
])("pages have the paths of %s", async (html_handling, paths) => {
  await rig.deploy(html_handling, {
    ...version("h1", ""),
    mainModule: undefined,
    modules: [],
    assets: { directory, config: { html_handling } },
  });
  for (const [path, expected] of Object.entries(paths)) {
    const { status, headers } = await rig.get(html_handling, path);
    expect(typeof expected === "number" ? status : headers["location"], path).toBe(expected);
  }
});

test("files that are named like settings are settings only where the upload says so", async () => {
  const named = mkdtempSync(join(tmpdir(), "lockstep-named-"));
  writeFileSync(join(named, "_redirects"), "/old /new 301\n");
  writeFileSync(join(named, "a.css"), "a {}");
  await rig.deploy("named", {
    ...version("n1", ""),
    mainModule: undefined,
    modules: [],
    assets: { directory: named, config: {} },
  });
  expect((await rig.get("named", "/old")).status).toBe(404);
  expect((await rig.get("named", "/a.css")).text).toBe("a {}");
  rmSync(named, { recursive: true });
});

test("single-page applications get their page for every path", async () => {
  const config = { not_found_handling: "single-page-application" };
  await rig.deploy("spa", {
    ...version("spa1", ""),
    mainModule: undefined,
    modules: [],
    assets: { directory, config },
  });
  expect(await rig.get("spa", "/any/route")).toMatchObject({ status: 200, text: "<h1>home</h1>" });
});

test("batches and crons pass the asset router; a binding to the script reaches its assets", async () => {
  const one = { id: "1", timestampMs: 0, attempts: 1, contentType: "text", body: Buffer.from("x") } as const;
  expect(await rig.compute.queue(scriptName("mixed"), "jobs", [one])).toMatchObject({ outcome: "ok" });
  expect(await rig.compute.scheduled(scriptName("mixed"), "* * * * *", 0)).toEqual({ outcome: "ok" });
  await expect
    .poll(() => rig.logs.map((l) => l.text))
    .toEqual(expect.arrayContaining(["queue x", "cron * * * * *"]));
  const code = `export default { fetch: (r, env) => env.PAGES.fetch("http://x/about") };`;
  await rig.deploy("reader", version("r1", code, { bindings: [service("PAGES", "pages")] }));
  expect((await rig.get("reader")).text).toBe("<h1>about</h1>");
});
