import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, upload, visit } from "../testing/call.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let account: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
});
afterAll(async () => {
  await embedded.close();
});

/** What a Worker's own host answers: status and body. */
const get = (worker: string, path = "/"): Promise<string> => visit(embedded, worker, "dev", path);

const wrangler = (project: Project, ...args: string[]): Promise<string> => project.succeeds(...args);

test("wrangler deploys a Durable Object and a Worker that binds another, and deletes in the order that is left", async () => {
  const counter = wranglerProject(embedded, account);
  counter.write(
    "wrangler.json",
    JSON.stringify({
      name: "counter",
      main: "index.js",
      compatibility_date: "2026-07-01",
      durable_objects: { bindings: [{ name: "C", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
    }),
  );
  counter.write(
    "index.js",
    `import { DurableObject } from "cloudflare:workers";
    export class Counter extends DurableObject { async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n } }
    export default { async fetch(request, env) { return new Response(String(await env.C.get(env.C.idFromName("one")).next())) } }`,
  );
  const caller = wranglerProject(embedded, account);
  caller.write(
    "wrangler.json",
    JSON.stringify({
      name: "caller",
      main: "index.js",
      compatibility_date: "2026-07-01",
      services: [{ binding: "COUNTER", service: "counter" }],
    }),
  );
  caller.write(
    "index.js",
    "export default { async fetch(request, env) { return new Response('counted ' + await (await env.COUNTER.fetch(request)).text()) } }",
  );
  const refused = await caller.wrangler(["deploy"]);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(
    "Service binding 'COUNTER' references Worker 'counter' which was not found.",
  );
  await wrangler(counter, "deploy");
  expect(await get("counter")).toBe("200 1");
  await wrangler(caller, "deploy");
  expect(await get("caller")).toBe("200 counted 2");
  // The second deploy of the same migrations sends none.
  await wrangler(counter, "deploy");
  expect(await get("counter")).toBe("200 3");
  await wrangler(caller, "delete", "--force");
  await wrangler(counter, "delete", "--force");
  expect(await get("counter")).toMatch(/^404/);
  expect([...counter.outside(), ...caller.outside()]).toEqual([]);
  counter.remove();
  caller.remove();
});

test("code that never comes to its end when it is loaded is refused, and the old version serves on", async () => {
  const put = (code: string) =>
    call(embedded, "PUT", `/accounts/${account}/workers/scripts/endless`, upload(code, {}));
  await put("export default { fetch() { return new Response('fine') } }");
  await call(embedded, "POST", `/accounts/${account}/workers/scripts/endless/subdomain`, { enabled: true });
  const refused = await put("for (;;); export default {}");
  expect(refused).toMatchObject({ status: 400, code: 10021 });
  expect(refused.message).toContain("Script startup exceeded CPU time limit");
  expect(await get("endless")).toBe("200 fine");
});

test("a version has an address of its own before it is deployed, and an alias that moves to the next version of that alias", async () => {
  const project = wranglerProject(embedded, account);
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "seen",
      main: "index.js",
      compatibility_date: "2026-07-01",
      workers_dev: true,
      preview_urls: true,
    }),
  );
  const run = async (text: string, ...args: string[]): Promise<string> => {
    project.write("index.js", `export default { fetch: () => new Response("${text}") }`);
    return project.succeeds(...args);
  };
  const get = (label: string): Promise<string> => visit(embedded, label);
  await run("one", "deploy");
  const output = await run("two", "versions", "upload", "--preview-alias", "my-branch");
  const label = /(\w{8}-seen)\.dev\.localhost/.exec(output)?.[1] ?? "";
  expect(output).toContain("my-branch-seen.dev.localhost");
  expect([await get(label), await get("my-branch-seen"), await get("seen")]).toEqual([
    "200 two",
    "200 two",
    "200 one",
  ]);
  await run("three", "versions", "upload", "--preview-alias", "my-branch");
  expect([await get(label), await get("my-branch-seen")]).toEqual(["200 two", "200 three"]);
  expect(await get("other-branch-seen")).toMatch(/^404 /);
  await call(embedded, "POST", `/accounts/${account}/workers/scripts/seen/subdomain`, {
    enabled: true,
    previews_enabled: false,
  });
  expect(await get("my-branch-seen")).toMatch(/^404 /);
  project.remove();
});
