import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedWithProvider, post } from "./fixture/embedded.ts";
import { type Finished, type TestProject, testProject } from "./fixture/engine.ts";

let cloudflare: Awaited<ReturnType<typeof embeddedWithProvider>>;
let project: TestProject;
let limited = "";

beforeAll(async () => {
  let port = 0;
  project = await testProject(join(import.meta.dirname, "fixture", "refusals"), { port: () => port });
  cloudflare = await embeddedWithProvider(project.folder);
  port = cloudflare.port;
  await post(cloudflare.embedded, `/accounts/${cloudflare.account}/d1/database`, { name: "there" });
  const token = await post(cloudflare.embedded, "/user/tokens", {
    name: "limited",
    policies: [
      {
        effect: "allow",
        resources: { [`com.cloudflare.api.account.${cloudflare.account}`]: "*" },
        permission_groups: [{ name: "D1 Write" }],
      },
    ],
  });
  limited = String(token["value"]);
});
afterAll(async () => {
  await cloudflare.close();
  project.dispose();
});

async function refusal(which: string): Promise<Finished> {
  const environment = { ...cloudflare.environment, TEST_CASE: which, TEST_LIMITED: limited };
  const finished = await project.pulumi(["up", "--yes", "--skip-preview"], environment);
  expect(finished.exitCode).not.toBe(0);
  expect(finished.stdout + finished.stderr).not.toContain(limited);
  return finished;
}

describe("what the engine shows of a refusal", () => {
  it("a name that is taken: the command that takes the thing over", async () => {
    const { stdout } = await refusal("conflict");
    expect(stdout).toContain("already exists");
    expect(stdout).toMatch(
      new RegExp(
        `pulumi import cloudflare:index/d1Database:D1Database <name> ${cloudflare.account}/[0-9a-f-]{36}`,
      ),
    );
  });
  it("a token without the permission: the group to add, while a provider with another token goes on", async () => {
    const { stdout } = await refusal("permission");
    expect(stdout).toContain('Add the permission group "Workers R2 Storage Write" on this account');
    expect(stdout).toMatch(/D1Database mine created/);
    expect(stdout).not.toMatch(/R2Bucket denied created/);
  });
  it("a provider without an address: nothing is sent anywhere", async () => {
    cloudflare.proxy.requests.length = 0;
    const { stdout, stderr } = await refusal("elsewhere");
    expect(stdout + stderr).toMatch(
      /baseUrl.*is not set, which would mean the real Cloudflare.*PULUMI_DEBUG_PROVIDERS/s,
    );
    expect(cloudflare.proxy.requests).toEqual([]);
  });
  it("WorkersScript: why, and what to use", async () => {
    expect((await refusal("script")).stdout).toMatch(
      /WorkersScript is not used here.*Use Worker, WorkerVersion and WorkersDeployment/s,
    );
  });
  it("a module without its file: which, and where it was looked for", async () => {
    expect((await refusal("file")).stdout).toContain(
      `looked for at ${join(project.folder, "dist", "lost.js")}`,
    );
  });
});
