import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";

/** One system that uses every setting of a worker, on the real engine; each test goes on after the one before. */
let project: Clone;
beforeAll(async () => {
  project = await clone({ systems: ["shop"] });
  for (const file of readdirSync(join(project.folder, "src/systems")))
    rmSync(join(project.folder, "src/systems", file), { recursive: true });
  mkdirSync(join(project.folder, "web"));
  for (const [name, text] of Object.entries(pages)) project.write(`web/${name}`, text);
  project.write("workers/shop.js", code);
  project.write("workers/tail.js", tailCode);
  project.write("workers/note.txt", "a text");
  project.write("workers/page.html", "<p>a page</p>");
  project.write("workers/query.sql", "SELECT 1");
  project.write("workers/data.json", '{"from":"json"}');
  project.write("workers/data.bin", "bytes");
  writeFileSync(join(project.folder, "workers/add.wasm"), Buffer.from(addWasm, "hex"));
  declare(full);
});
afterAll(() => project.remove());

const pages = {
  "index.html": "<h1>home</h1>",
  "about.html": "<h1>about</h1>",
  "404.html": "<h1>lost</h1>",
  "style.css": "body {}",
  "app.js.map": "{}",
  _headers: "/style.css\n  X-Custom: yes\n",
  _redirects: "/old /about 301\n",
  ".assetsignore": "*.map\n",
};

/** `(func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)` */
const addWasm = "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b";

const code = `
import { WorkerEntrypoint } from "cloudflare:workers";
import add from "./add.wasm";
import addAgain from "./add.wasm?module";
import note from "./note.txt";
import page from "./page.html";
import query from "./query.sql";
import data from "./data.json";
import bytes from "./data.bin";
const sum = async (module, a, b) => (await WebAssembly.instantiate(module)).exports.add(a, b);
export class Jobs extends WorkerEntrypoint {
  work(what) { return "worked on " + what; }
}
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/style") return env.ASSETS.fetch(new URL("/style.css", request.url));
    if (pathname === "/api/modules")
      return Response.json({
        sums: [await sum(add, 1, 2), await sum(addAgain, 40, 2)],
        texts: [note, page, query, data.from, new TextDecoder().decode(bytes)],
      });
    if (pathname === "/api/self") return new Response(await env.SELF.work("itself"));
    console.log("asked for " + pathname);
    return new Response("code " + pathname);
  },
};
`;

const tailCode = `
const seen = [];
export default {
  tail(events) { for (const event of events) for (const { message } of event.logs) seen.push(event.scriptName + " " + message.join(" ")); },
  fetch: () => Response.json(seen),
};
`;

/** Settings of the two workers, as they stand in the declaration. */
interface Settings {
  readonly site: string;
  readonly shop: string;
}
const full: Settings = {
  site: `assets: { directory: "web", notFoundHandling: "404-page", htmlHandling: "drop-trailing-slash" },
    domains: { dev: ["www.example.com"] }`,
  shop: `assets: { directory: "web", notFoundHandling: "single-page-application", runWorkerFirst: ["/api/*"] },
    routes: { dev: [{ pattern: "www.example.com/api/*", zoneName: "example.com" }], prod: [] },
    observability: { headSamplingRate: 0.5, logs: { invocationLogs: false, destinations: ["store"] }, traces: { enabled: true } },
    logpush: true, previewUrls: true, placement: { region: "aws:eu-central-1" },
    limits: { cpuMs: 100, subRequests: 20 }, tailConsumers: [tail], crons: { dev: ["0 3 * * *"], prod: ["0 4 * * *"] }`,
};

function declare({ site, shop }: Settings): void {
  project.write(
    "src/systems/index.ts",
    `import { assets, service, type System, system, type Worker, worker } from "../declare/index.ts";
const site = worker("site", { compatibilityDate: "2026-01-01", ${site} });
const tail = worker("tail", { main: "workers/tail.js", compatibilityDate: "2026-01-01" });
const shop: Worker = worker("shop", {
  main: "workers/shop.js", compatibilityDate: "2026-01-01",
  env: { ASSETS: assets(), SELF: service((): Worker => shop, "Jobs") }, ${shop},
});
export const systems: readonly System[] = [system("shop", [site, shop, tail])];
`,
  );
}

const recorded = { enabled: z.boolean(), head_sampling_rate: z.number(), destinations: z.array(z.string()) };
const shownWorker = z.object({
  logpush: z.boolean(),
  observability: z.object({
    head_sampling_rate: z.number(),
    logs: z.object({ ...recorded, invocation_logs: z.boolean() }),
    traces: z.object(recorded),
  }),
  subdomain: z.object({ previews_enabled: z.boolean() }),
  tail_consumers: z.array(z.object({ name: z.string() })),
});
const shownVersions = z.array(
  z.object({ placement: z.unknown().optional(), limits: z.unknown().optional() }),
);

/** The settings of the worker "shop", as Cloudflare has them. */
async function settings() {
  const api = (path: string) => project.api("dev", "GET", path);
  const { logpush, observability, subdomain, tail_consumers } = shownWorker.parse(
    await api("/workers/workers/shop-dev"),
  );
  const { logs, traces } = observability;
  const [version] = shownVersions.parse(await api("/workers/workers/shop-dev/versions"));
  const { schedules } = z
    .object({ schedules: z.array(z.object({ cron: z.string() })) })
    .parse(await api("/workers/scripts/shop-dev/schedules"));
  return {
    logpush,
    rates: [observability.head_sampling_rate, logs.head_sampling_rate, traces.head_sampling_rate],
    traces: traces.enabled,
    invocationLogs: logs.invocation_logs,
    destinations: logs.destinations,
    previews: subdomain.previews_enabled,
    tails: tail_consumers.map(({ name }) => name),
    crons: schedules.map(({ cron }) => cron),
    placement: version?.placement,
    limits: version?.limits,
  };
}

async function pulumi(...args: string[]): Promise<string> {
  const { code: exitCode, out } = await project.pulumi([...args, "--stack", "dev"]);
  expect(exitCode, out).toBe(0);
  return out;
}
const preview = ["preview"] as const;
const up = (): Promise<string> => pulumi("up", "--yes", "--skip-preview");
const unchanged = /^ +\d+ unchanged$/m;

/** Asks the front door for a host as a browser does, and follows no redirect. */
const visitHost = (host: string, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { frontPort } = project.embedded;
    request({ host: "127.0.0.1", port: frontPort, path, headers: { host } }, (answer) => {
      const { statusCode, headers } = answer;
      text(answer).then((body) => resolve({ status: statusCode, headers, text: body }), reject);
    })
      .on("error", reject)
      .end();
  });
interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}
const domains = () => project.api("dev", "GET", "/workers/domains");
const visit = (worker: string, path: string) => visitHost(`${worker}-dev.dev.localhost`, path);

test("is refused before anything changes while the account has no such zone", async () => {
  const { code: exitCode, out } = await project.pulumi([...preview, "--stack", "dev"]);
  expect(exitCode).not.toBe(0);
  expect(out).toContain("The account of stage dev has no zone for www.example.com");
  expect(out).toContain("The account of stage dev has no zone for example.com");
  expect(out).toMatch(/fix: +correct the name, or say in project.ts that the account has it/);
  project.edit("project.ts", (text) =>
    text.replace('{ name: "dev",', '{ name: "dev", zones: ["example.com"],'),
  );
});

test("says in the preview that events are not delivered here", async () => {
  expect(await pulumi(...preview)).toContain(
    "shop/shop: the embedded Cloudflare keeps tailConsumers and delivers no events; a real account does",
  );
});

test("comes up, and its files are answered as it says", async () => {
  await up();
  expect((await visit("site", "/about")).text).toBe("<h1>about</h1>");
  expect(await visit("site", "/nowhere")).toMatchObject({ status: 404, text: "<h1>lost</h1>" });
  expect(await visit("site", "/old")).toMatchObject({ status: 301, headers: { location: "/about" } });
  expect((await visit("site", "/style.css")).headers).toMatchObject({ "x-custom": "yes" });
  for (const path of ["/_headers", "/_redirects", "/.assetsignore", "/app.js.map"])
    expect(await visit("site", path), path).toMatchObject({ status: 404, text: "<h1>lost</h1>" });
  expect((await visit("shop", "/any/route")).text).toBe("<h1>home</h1>");
  expect((await visit("shop", "/api/any")).text).toBe("code /api/any");
  expect((await visit("shop", "/api/style")).text).toBe("body {}");
});

test("answers at its own host, and for a part of it by a route", async () => {
  for (const host of ["www.example.com", "www.example.com.localhost", "WWW.example.com:443"]) {
    expect((await visitHost(host, "/about")).text, host).toBe("<h1>about</h1>");
    expect((await visitHost(host, "/api/any?page=2")).text, host).toBe("code /api/any");
  }
  expect((await visitHost("example.com", "/")).status).toBe(421);
});

test("runs WebAssembly, reads what it imports, and calls itself", async () => {
  expect(JSON.parse((await visit("shop", "/api/modules")).text)).toEqual({
    sums: [3, 42],
    texts: ["a text", "<p>a page</p>", "SELECT 1", "json", "bytes"],
  });
  expect((await visit("shop", "/api/self")).text).toBe("worked on itself");
});

test("has the settings that are declared", async () => {
  expect(await settings()).toEqual({
    logpush: true,
    rates: [0.5, 1, 1],
    traces: true,
    invocationLogs: false,
    destinations: ["store"],
    previews: true,
    tails: ["tail-dev"],
    crons: ["0 3 * * *"],
    placement: { mode: "targeted", region: "aws:eu-central-1" },
    limits: { cpu_ms: 100, subrequests: 20 },
  });
});

test("a second up changes nothing, nor does one after a refresh", async () => {
  expect(await up()).toMatch(unchanged);
  await pulumi("refresh", "--yes", "--skip-preview");
  expect(await up()).toMatch(unchanged);
});

test("headers, redirects and ignored files that go are gone", async () => {
  for (const name of ["_headers", "_redirects", ".assetsignore"]) rmSync(join(project.folder, "web", name));
  await up();
  expect((await visit("site", "/style.css")).headers).not.toHaveProperty("x-custom");
  expect((await visit("site", "/old")).status).toBe(404);
  expect((await visit("site", "/app.js.map")).text).toBe("{}");
  expect(await up()).toMatch(unchanged);
});

test("a host goes over to another worker, and a route to another path", async () => {
  declare({
    site: `assets: "web"`,
    shop: `assets: "web", limits: { cpuMs: 100 }, placement: "smart", crons: { prod: ["0 4 * * *"] }, domains: { dev: ["www.example.com"] },
      routes: { dev: [{ pattern: "www.example.com/other/*", zoneName: "example.com" }] }`,
  });
  await up();
  expect((await visitHost("www.example.com", "/api/any")).text).toBe("code /api/any");
  expect(await domains()).toMatchObject([{ hostname: "www.example.com", service: "shop-dev" }]);
  expect(await settings()).toMatchObject({
    crons: [],
    placement: { mode: "smart" },
    limits: { cpu_ms: 100 },
  });
  expect(await up()).toMatch(unchanged);
});

test("limits that are emptied are gone", async () => {
  declare({ site: `assets: "web"`, shop: `assets: "web", placement: "smart", limits: {}, crons: []` });
  const out = await up();
  expect((await settings()).limits ?? {}, out).toEqual({});
  expect(await up()).toMatch(unchanged);
});

test("settings that go are gone", async () => {
  declare({ site: `assets: "web"`, shop: `assets: "web", crons: []` });
  await up();
  expect(await domains()).toEqual([]);
  expect((await visitHost("www.example.com", "/")).status).toBe(421);
  expect(await settings()).toEqual({
    logpush: false,
    rates: [1, 1, 1],
    traces: false,
    invocationLogs: true,
    destinations: [],
    previews: false,
    tails: [],
    crons: [],
    placement: undefined,
    limits: undefined,
  });
  expect((await visit("site", "/nowhere")).text).not.toContain("lost");
  expect((await visit("shop", "/any/route")).text).toBe("code /any/route");
  expect((await visit("shop", "/style.css")).text).toBe("body {}");
  expect(await up()).toMatch(unchanged);
});

test("goes, with everything", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await project.api("dev", "GET", "/workers/workers")).toEqual([]);
});
