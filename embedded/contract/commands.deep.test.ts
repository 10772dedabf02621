import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { call, visit } from "./testing/call.ts";
import { type Project, wranglerProject } from "./testing/wrangler.ts";

let embedded: Embedded;
let account: string;
let project: Project;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  project = wranglerProject(embedded, account);
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const wrangler = (line: string): Promise<string> => project.succeeds(...line.split(" "));

test("what wrangler has for a Worker beside deploying it: who, what serves, secrets one by one and many at once", async () => {
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "site",
      main: "index.js",
      compatibility_date: "2026-07-01",
      triggers: { crons: ["*/5 * * * *"] },
    }),
  );
  project.write(
    "index.js",
    "export default { fetch(_, env) { return new Response(String(env.A) + env.B + env.C) }, scheduled() {} }",
  );
  expect(await wrangler("whoami")).toContain(account);
  await wrangler("deploy");
  const serving = JSON.parse(await wrangler("deployments status --json"));
  expect(serving.versions).toMatchObject([{ percentage: 100 }]);
  expect(await wrangler("triggers deploy")).toContain("schedule: */5 * * * *");

  project.write("secrets.json", JSON.stringify({ A: "1", B: "2" }));
  expect(await wrangler("secret bulk secrets.json")).toContain("2 secrets successfully created");
  expect(JSON.parse(await wrangler("secret list"))).toEqual([
    { name: "A", type: "secret_text" },
    { name: "B", type: "secret_text" },
  ]);
  await wrangler("secret delete A");
  expect(await visit(embedded, "site")).toBe("200 undefined2undefined");
  const put = await project.wrangler(["versions", "secret", "put", "C"], { input: "3" });
  expect(put.code, put.output).toBe(0);
  expect(await wrangler("versions secret list --latest-version")).toContain("Secret Name: C");
  await wrangler("versions secret bulk secrets.json");
  await wrangler("versions secret delete C");
  expect(await visit(embedded, "site")).toBe("200 undefined2undefined"); // none of these versions was deployed
  const versions = JSON.parse(await wrangler("versions list --json"));
  await wrangler(`versions deploy ${versions.at(-1).id}@100 -y`);
  expect(await visit(embedded, "site")).toBe("200 12undefined");
  expect(await project.fails("tail", "nobody")).toContain("[code: 10007]");
  await wrangler("types");
  await wrangler("delete --force");
  expect(await project.fails("deployments", "status")).toContain("[code: 10007]");
});

test("what wrangler has for databases and buckets beside their data", async () => {
  const { result } = await call(embedded, "POST", "/zones", {
    name: "example.com",
    account: { id: account },
  });
  await wrangler("d1 create db");
  expect(await wrangler("d1 insights db --json")).toContain("[]");
  await wrangler("r2 bucket create files");
  await wrangler(
    `r2 bucket domain add files --domain files.example.com --zone-id ${String(result["id"])} -y`,
  );
  await wrangler("r2 bucket domain update files --domain files.example.com --min-tls 1.2");
  expect(await wrangler("r2 bucket domain get files --domain files.example.com")).toMatch(
    /min_tls_version: +1\.2/,
  );
  await wrangler("r2 bucket domain remove files --domain files.example.com -y");
  expect(await wrangler("r2 bucket dev-url disable files -y")).toContain("Public access disabled");
  await wrangler("queues create told");
  await wrangler(
    "r2 bucket notification create files --event-type object-create --queue told --prefix in/ --suffix .txt",
  );
  expect(await wrangler("r2 bucket notification list files")).toMatch(/prefix: +in\//);
  expect(await project.fails("queues", "delete", "told")).toContain("[code: 11005]");
  expect(await project.fails("r2", "bucket", "delete", "files")).toContain("[code: 10008]");
  await wrangler("r2 bucket notification delete files --queue told");
  await wrangler("queues delete told");
  await wrangler("r2 bucket delete files");
});
