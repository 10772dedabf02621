import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedWithProvider, post } from "./fixture/embedded.ts";
import { type Finished, type TestProject, testProject } from "./fixture/engine.ts";

let cloudflare: Awaited<ReturnType<typeof embeddedWithProvider>>;
let project: TestProject;

beforeAll(async () => {
  let port = 0;
  project = await testProject(join(import.meta.dirname, "fixture", "lifecycle"), { port: () => port });
  cloudflare = await embeddedWithProvider(project.folder);
  port = cloudflare.port;
  await post(cloudflare.embedded, `/accounts/${cloudflare.account}/workers/workers`, { name: "loose" });
});
afterAll(async () => {
  await cloudflare.close();
  project.dispose();
});

async function run(args: readonly string[], round: "1" | "2" = "1"): Promise<Finished> {
  const finished = await project.pulumi(args, {
    ...cloudflare.environment,
    TEST_SCRIPT: "loose",
    TEST_ROUND: round,
  });
  if (finished.exitCode !== 0)
    throw new Error(
      `pulumi ${args.join(" ")}: exit ${finished.exitCode}\n${finished.stdout}${finished.stderr}`,
    );
  return finished;
}
const settled = async (round: "1" | "2"): Promise<void> => {
  await run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"], round);
  await run(["preview", "--expect-no-changes"], round);
};
const front = (worker: string): Promise<Response> =>
  import("node:http").then(
    ({ request }) =>
      new Promise((resolve, reject) => {
        const asked = request(
          {
            host: "127.0.0.1",
            port: cloudflare.embedded.frontPort,
            headers: { host: `${worker}.dev.localhost` },
          },
          async (answer) => {
            const chunks: Buffer[] = [];
            for await (const chunk of answer) chunks.push(chunk);
            resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 0 }));
          },
        );
        asked.on("error", reject);
        asked.end();
      }),
  );

describe("kinds and properties that the observed program does not have", () => {
  it("come up, answer, and are settled", async () => {
    await run(["up", "--yes", "--skip-preview"]);
    expect(await (await front("counter")).text()).toBe("1");
    expect(await (await front("site")).text()).toContain("hello from assets");
    const outputs = JSON.parse((await run(["stack", "output", "--json"])).stdout);
    expect(outputs).toMatchObject({
      zoneName: "example.com",
      versions: 1,
      bindings: [{ name: "COUNTER", className: "Counter" }],
    });
    expect((await run(["stack", "export"])).stdout).not.toContain("canary");
    await settled("1");
  });

  it("change, keep a Durable Object's memory, and are settled again", async () => {
    await run(["up", "--yes", "--skip-preview"], "2");
    expect(await (await front("counter")).text()).toBe("2");
    await settled("2");
  });

  it("makes a new version when an asset changes, and none when it is written anew", async () => {
    const file = join(project.folder, "public", "index.html");
    writeFileSync(file, "<h1>hello from assets</h1>\n");
    await run(["preview", "--expect-no-changes"], "2");
    writeFileSync(file, "<h1>another page</h1>\n");
    const { stdout } = await run(["preview", "--diff"], "2");
    expect(stdout).toMatch(/WorkerVersion: \(replace\)/);
    await run(["up", "--yes", "--skip-preview"], "2");
    expect(await (await front("site")).text()).toContain("another page");
  });

  it("repairs what was changed behind its back, once a refresh has seen it", async () => {
    const { embedded, account } = cloudflare;
    const [namespace] = Object.values(await list(`/accounts/${account}/storage/kv/namespaces`));
    await post(
      embedded,
      `/accounts/${account}/storage/kv/namespaces/${String(namespace?.["id"])}`,
      { title: "renamed" },
      "PUT",
    );
    const { stdout } = await run(["refresh", "--yes", "--skip-preview", "--diff"], "2");
    expect(stdout).toContain('"settings" => "renamed"');
    expect((await run(["preview", "--diff"], "2")).stdout).toContain('"renamed" => "settings"');
    await run(["up", "--yes", "--skip-preview"], "2");
    await run(["preview", "--expect-no-changes"], "2");
  });

  it("imports what is there already, with the inputs that a program would have", async () => {
    const { embedded, account } = cloudflare;
    const made = await post(embedded, `/accounts/${account}/d1/database`, {
      name: "there",
      read_replication: { mode: "auto" },
    });
    const out = join(project.folder, "imported.txt");
    const type = "cloudflare:index/d1Database:D1Database";
    const urn = `urn:pulumi:test::lifecycle::pulumi:providers:cloudflare::cf`;
    await run([
      "import",
      type,
      "there",
      `${account}/${String(made["uuid"])}`,
      "--provider",
      `provider=${urn}`,
      "--yes",
      "--skip-preview",
      "--protect=false",
      "--generate-code=false",
      "--out",
      out,
    ]);
    const exported = JSON.parse((await run(["stack", "export"])).stdout);
    const imported = exported.deployment.resources.find((resource: { urn: string }) =>
      resource.urn.endsWith("::there"),
    );
    expect(imported).toMatchObject({
      id: made["uuid"],
      inputs: { accountId: account, name: "there", readReplication: { mode: "auto" } },
    });
  });

  it("destroys everything", async () => {
    await run(["destroy", "--yes", "--skip-preview"], "2");
    expect(cloudflare.logged.filter((line) => line.startsWith("provider:"))).toEqual([]);
  });
});

async function list(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response = await fetch(cloudflare.embedded.api + path, {
    headers: { authorization: `Bearer ${cloudflare.embedded.token}` },
  });
  const answer: { readonly result: readonly Readonly<Record<string, unknown>>[] } = JSON.parse(
    await response.text(),
  );
  return answer.result;
}
