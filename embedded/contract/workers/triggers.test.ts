import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Answer, call, upload } from "../testing/call.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let account: string;
let project: Project;
let zone: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  project = wranglerProject(embedded, account);
  const made = await call(embedded, "POST", "/zones", { name: "example.com", account: { id: account } });
  zone = String(made.result["id"]);
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const routes = (): Promise<Answer> => call(embedded, "GET", `/zones/${zone}/workers/routes`);
const domains = (): Promise<Answer> => call(embedded, "GET", `/accounts/${account}/workers/domains`);
const config = (...of: object[]): void =>
  project.write(
    "wrangler.json",
    JSON.stringify({ name: "site", main: "index.js", compatibility_date: "2026-07-01", routes: of }),
  );

test("wrangler deploys the routes and custom domains of a project, and takes away those that it has no more", async () => {
  project.write("index.js", "export default { fetch() { return new Response('x') } }");
  const route = { pattern: "*.example.com/api/*", zone_name: "example.com" };
  config({ pattern: "app.example.com", custom_domain: true }, route, {
    pattern: "example.com/old/*",
    zone_id: zone,
  });
  const output = await project.succeeds("deploy");
  expect(output).toContain("app.example.com (custom domain)");
  expect((await routes()).list).toMatchObject([
    { pattern: route.pattern, script: "site" },
    { pattern: "example.com/old/*", script: "site" },
  ]);
  expect((await domains()).list).toMatchObject([{ hostname: "app.example.com", service: "site" }]);
  config({ pattern: "www.example.com", custom_domain: true }, route);
  await project.succeeds("triggers", "deploy");
  expect((await routes()).list).toMatchObject([{ pattern: route.pattern }]);
  expect((await domains()).list).toMatchObject([{ hostname: "www.example.com", zone_id: zone }]);
});

test("a route or domain of another Worker, or outside the account's zones, is refused and nothing is changed", async () => {
  const other = `/accounts/${account}/workers/scripts/other`;
  await call(embedded, "PUT", other, upload("export default { fetch() { return new Response('y') } }", {}));
  const before = [(await routes()).list, (await domains()).list];
  const put = (patterns: readonly string[]): Promise<Answer> =>
    call(
      embedded,
      "PUT",
      `${other}/routes`,
      patterns.map((pattern) => ({ pattern })),
    );
  expect((await put(["example.com/new", "*.example.com/api/*"])).code).toBe(10020);
  expect((await put(["example.com/new", "elsewhere.example/*"])).code).toBe(10083);
  const attach = (hostname: string, more = {}): Promise<Answer> =>
    call(embedded, "PUT", `${other}/domains/records`, { origins: [{ hostname }, { hostname }], ...more });
  expect((await attach("www.example.com")).code).toBe(100116);
  expect((await attach("www.elsewhere.example")).code).toBe(10083);
  expect([(await routes()).list, (await domains()).list]).toEqual(before);
  expect((await attach("www.example.com", { override_existing_origin: true })).success).toBe(true);
  expect((await domains()).list).toMatchObject([{ hostname: "www.example.com", service: "other" }]);
});
