import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const code = `
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/style") return env.ASSETS.fetch(new URL("/style.css", request.url));
    return new Response("code " + pathname);
  },
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
    routes: { dev: [{ pattern: "www.example.com/api/*", zoneName: "example.com" }], prod: [] }`,
};

function declare({ site, shop }: Settings): void {
  project.write(
    "src/systems/index.ts",
    `import { assets, type System, system, worker } from "../declare/index.ts";
const site = worker("site", { compatibilityDate: "2026-01-01", ${site} });
const shop = worker("shop", {
  main: "workers/shop.js", compatibilityDate: "2026-01-01", env: { ASSETS: assets() }, ${shop},
});
export const systems: readonly System[] = [system("shop", [site, shop])];
`,
  );
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
    text.replace('{ name: "dev" }', '{ name: "dev", zones: ["example.com"] }'),
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
    shop: `assets: "web", domains: { dev: ["www.example.com"] },
      routes: { dev: [{ pattern: "www.example.com/other/*", zoneName: "example.com" }] }`,
  });
  await up();
  expect((await visitHost("www.example.com", "/api/any")).text).toBe("code /api/any");
  expect(await domains()).toMatchObject([{ hostname: "www.example.com", service: "shop-dev" }]);
  expect(await up()).toMatch(unchanged);
});

test("settings that go are gone", async () => {
  declare({ site: `assets: "web"`, shop: `assets: "web"` });
  await up();
  expect(await domains()).toEqual([]);
  expect((await visitHost("www.example.com", "/")).status).toBe(421);
  expect((await visit("site", "/nowhere")).text).not.toContain("lost");
  expect((await visit("shop", "/any/route")).text).toBe("code /any/route");
  expect((await visit("shop", "/style.css")).text).toBe("body {}");
  expect(await up()).toMatch(unchanged);
});

test("goes, with everything", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await project.api("dev", "GET", "/workers/workers")).toEqual([]);
});
