import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { visit } from "../testing/call.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let account: string;
let site: Project;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  site = wranglerProject(embedded, account);
});
afterAll(async () => {
  site.remove();
  await embedded.close();
});

/** What a Worker's own host answers: status and body. */
const get = (worker: string, path = "/"): Promise<string> => visit(embedded, worker, "dev", path);

const wrangler = (project: Project, ...args: string[]): Promise<string> => project.succeeds(...args);

const code = (text: string): string =>
  `export default { fetch(request, env) { return new Response(${JSON.stringify(text)} + (env.S ?? "")) } }`;
const versionId = (output: string): string => /Version ID:\s+(\S+)/.exec(output)?.[1] ?? "";

let first = "";
let second = "";

test("wrangler deploys a new Worker, and another version of it", async () => {
  site.write(
    "wrangler.json",
    JSON.stringify({ name: "site", main: "index.js", compatibility_date: "2026-07-01" }),
  );
  site.write("index.js", code("one "));
  const output = await wrangler(site, "deploy");
  expect(output).toContain("site.dev.localhost");
  first = versionId(output);
  expect(await get("site")).toBe("200 one ");
  site.write("index.js", code("two "));
  second = versionId(await wrangler(site, "deploy"));
  expect(second).not.toBe(first);
  expect(await get("site")).toBe("200 two ");
});

test("wrangler uploads a version that serves only when it is deployed, and rolls back", async () => {
  site.write("index.js", code("three "));
  const third = versionId(
    await wrangler(site, "versions", "upload", "--message", "the third", "--tag", "t3"),
  );
  expect(await get("site")).toBe("200 two ");
  const listed = await wrangler(site, "versions", "list", "--json");
  expect(JSON.parse(listed).map((version: { id: string }) => version.id)).toEqual([first, second, third]);
  expect(await wrangler(site, "versions", "view", third)).toContain("the third");
  await wrangler(site, "versions", "deploy", `${third}@100`, "-y");
  expect(await get("site")).toBe("200 three ");
  expect(await wrangler(site, "deployments", "list")).toContain(`(100%) ${third}`);
  await wrangler(site, "rollback", first, "-y", "--message", "back");
  expect(await get("site")).toBe("200 one ");
  await wrangler(site, "versions", "deploy", `${third}@100`, "-y");
});

test("wrangler puts, lists and deletes secrets, whose values are nowhere to be read", async () => {
  expect((await site.wrangler(["secret", "put", "S"], { input: "s3cret-canary" })).code).toBe(0);
  expect(await get("site")).toBe("200 three s3cret-canary");
  expect(JSON.parse(await wrangler(site, "secret", "list"))).toEqual([{ name: "S", type: "secret_text" }]);
  site.write("secrets.json", JSON.stringify({ S: "rotated", OTHER: "x" }));
  await wrangler(site, "secret", "bulk", "secrets.json");
  expect(await get("site")).toBe("200 three rotated");
  // A deploy without a word about secrets keeps them.
  await wrangler(site, "deploy");
  expect(await get("site")).toBe("200 three rotated");
  await wrangler(site, "secret", "delete", "S");
  expect(await get("site")).toBe("200 three ");
  const bytes = embedded.world.state.sqlite
    .prepare("SELECT body FROM objects")
    .all()
    .map((row) => String(row["body"]))
    .join("\n");
  expect(bytes).not.toContain("s3cret-canary");
  expect(bytes).not.toContain("rotated");
});

test("wrangler deploys static assets with the code that answers what is not a file", async () => {
  const project = wranglerProject(embedded, account);
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "pages",
      main: "index.js",
      compatibility_date: "2026-07-01",
      assets: { directory: "public", binding: "ASSETS" },
    }),
  );
  project.write("index.js", code("from code"));
  project.write("public/index.html", "<h1>hello</h1>");
  project.write("public/a/deep.txt", "deep");
  expect(await wrangler(project, "deploy")).toContain("Uploaded 2 of 2 assets");
  expect(await get("pages")).toBe("200 <h1>hello</h1>");
  expect(await get("pages", "/a/deep.txt")).toBe("200 deep");
  expect(await get("pages", "/nothing")).toBe("200 from code");
  project.write("public/a/deep.txt", "deeper");
  expect(await wrangler(project, "deploy")).toContain("Uploaded 1 of 1 asset");
  expect(await get("pages", "/a/deep.txt")).toBe("200 deeper");
  expect([...site.outside(), ...project.outside()]).toEqual([]);
  project.remove();
});
