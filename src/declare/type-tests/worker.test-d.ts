// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import { ai, assets, d1, queue, r2, system, worker } from "../index.ts";
import { settings } from "./same.ts";

const db = d1("db");
const files = r2("files");
const orders = queue("orders");
const api = worker("api", {
  ...settings,
  env: { DB: db, FILES: files, ORDERS: orders, LEVEL: "info" },
  compatibilityFlags: ["nodejs_compat"],
  consumes: [{ queue: orders, deadLetter: queue("failed"), batchSize: 5 }],
  crons: ["0 3 * * *"],
  domains: { prod: ["api.example.com"], dev: [] },
  routes: {
    prod: [
      { pattern: "example.com/*", zoneId: "z" },
      { pattern: "example.org/*", zoneName: "example.org" },
    ],
  },
  assets: "public",
  workersDev: false,
  smoke: "/health",
});
worker("bare", settings);
worker("all", {
  ...settings,
  crons: { prod: ["0 3 * * *"], dev: [] },
  observability: {
    headSamplingRate: 0.1,
    logs: { invocationLogs: false, destinations: ["store"] },
    traces: { enabled: true },
  },
  logpush: true,
  placement: { region: "aws:eu-central-1" },
  limits: { cpuMs: 50, subRequests: 10 },
  tailConsumers: [api],
  previewUrls: true,
});
worker("smart", { ...settings, placement: "smart" });
worker("shop", {
  ...settings,
  assets: {
    directory: "public",
    htmlHandling: "drop-trailing-slash",
    notFoundHandling: "single-page-application",
    runWorkerFirst: ["/api/*", "!/api/docs/*"],
  },
  env: { ASSETS: assets() },
});
worker("site", { assets: "public", compatibilityDate: "2026-01-01" });
worker("pages", {
  assets: { directory: "public", notFoundHandling: "404-page" },
  compatibilityDate: "2026-01-01",
});
system("s", [db, files, orders, api], { stages: ["dev"] });

// @ts-expect-error a misspelt target
worker("w", { ...settings, env: { DB: dbb } });
// @ts-expect-error numbers are bound as text or json
worker("w", { ...settings, env: { LIMIT: 3 } });
// @ts-expect-error a worker is bound as a service
worker("w", { ...settings, env: { API: api } });
// @ts-expect-error only a queue is consumed
worker("w", { ...settings, env: {}, consumes: [{ queue: db }] });
// @ts-expect-error a dead letter goes to a queue
worker("w", { ...settings, env: {}, consumes: [{ queue: orders, deadLetter: files }] });
// @ts-expect-error a misspelt field
worker("w", { ...settings, enviroment: { DB: db } });
// @ts-expect-error the date is not optional: it would change under a worker
worker("w", { main: "x.ts", env: {} });
// @ts-expect-error routes are given by stage
worker("w", { ...settings, routes: [{ pattern: "example.com/*", zoneId: "z" }] });
// @ts-expect-error one place
worker("w", { ...settings, placement: "fast" });
// @ts-expect-error a place has a name
worker("w", { ...settings, placement: {} });
// @ts-expect-error a tail consumer is a worker
worker("w", { ...settings, tailConsumers: ["api"] });
// @ts-expect-error traces have no lines for invocations
worker("w", { ...settings, observability: { traces: { invocationLogs: false } } });
// @ts-expect-error a misspelt limit
worker("w", { ...settings, limits: { cpu: 50 } });
// @ts-expect-error crons of a stage are a list
worker("w", { ...settings, crons: { prod: "0 3 * * *" } });
// @ts-expect-error domains are given by stage
worker("w", { ...settings, domains: ["api.example.com"] });
// @ts-expect-error a list of hosts
worker("w", { ...settings, domains: { prod: "api.example.com" } });
// @ts-expect-error a route is in a zone
worker("w", { ...settings, routes: { prod: [{ pattern: "example.com/*" }] } });
// @ts-expect-error neither code nor static files
worker("w", { compatibilityDate: "2026-01-01" });
// @ts-expect-error without code nothing is bound
worker("w", { assets: "public", compatibilityDate: "2026-01-01", env: { DB: db } });
// @ts-expect-error without code nothing is consumed
worker("w", { assets: "public", compatibilityDate: "2026-01-01", consumes: [{ queue: orders }] });
// @ts-expect-error settings of assets have a folder
worker("w", { ...settings, assets: { notFoundHandling: "404-page" } });
// @ts-expect-error there is no such handling
worker("w", { ...settings, assets: { directory: "public", htmlHandling: "auto" } });
// @ts-expect-error a misspelt setting
worker("w", { ...settings, assets: { directory: "public", notFound: "404-page" } });
// @ts-expect-error which files are bound is said by the worker
assets("public");
// @ts-expect-error a value is no resource
system("s", [ai()]);
// @ts-expect-error stages are a list
system("s", [db], { stages: "dev" });

const folders = { functions: "functions", output: "public" };
const pages = worker("pages", { pages: folders, compatibilityDate: "2026-06-01", env: { DB: db } });
pages.env.ASSETS satisfies { readonly kind: "assets" };
worker("w", { pages: { ...folders, handlers: "cron.ts" }, compatibilityDate: "2026-06-01", env: {} });
// @ts-expect-error a Pages project has no module of its own
worker("w", { ...settings, pages: folders, env: {} });
// @ts-expect-error its static files are in its output
worker("w", { pages: folders, assets: "public", compatibilityDate: "2026-06-01", env: {} });
// @ts-expect-error it is two folders
worker("w", { pages: { functions: "functions" }, compatibilityDate: "2026-06-01", env: {} });
// @ts-expect-error it has code or static files
worker("w", { compatibilityDate: "2026-06-01", env: {} });
