import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { embeddedWithProvider } from "./fixture/embedded.ts";
import { type Finished, type TestProject, testProject } from "./fixture/engine.ts";

let cloudflare: Awaited<ReturnType<typeof embeddedWithProvider>>;
let project: TestProject;

beforeAll(async () => {
  let port = 0;
  project = await testProject(join(import.meta.dirname, "fixture", "twenty"), { port: () => port });
  cloudflare = await embeddedWithProvider(project.folder);
  port = cloudflare.port;
});
afterAll(async () => {
  await cloudflare.close();
  project.dispose();
});

const run = (args: readonly string[], round: "1" | "2" = "1"): Promise<Finished> =>
  project.pulumi(args, { ...cloudflare.environment, TEST_ROUND: round });

async function mustRun(args: readonly string[], round: "1" | "2" = "1"): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, round);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")}: exit ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

const state = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(
      z.looseObject({
        urn: z.string(),
        id: z.string().optional(),
        outputs: z.record(z.string(), z.unknown()).optional(),
        initErrors: z.array(z.string()).optional(),
      }),
    ),
  }),
});
const exported = async (): Promise<z.infer<typeof state>> =>
  state.parse(JSON.parse(await mustRun(["stack", "export"])));

describe("a create whose answer cannot be understood", () => {
  it("fails with the reason, keeps the thing in the state, and is finished by the next up", async () => {
    cloudflare.proxy.tamper = ({ method, path }, text) =>
      method === "POST" && path.endsWith("/d1/database")
        ? text.replace(/"file_size":\d+/, '"file_size":"much"')
        : text;
    const failed = await run(["up", "--yes", "--skip-preview"]);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout).toContain('the API answered "much" for fileSize, which should be a number');
    const kept = (await exported()).deployment.resources.find(({ urn }) => urn.endsWith("::db"));
    expect(kept).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      initErrors: [expect.stringContaining("fileSize")],
    });
    cloudflare.proxy.tamper = (_, text) => text;
    await mustRun(["up", "--yes", "--skip-preview"]);
    const mended = (await exported()).deployment.resources.find(({ urn }) => urn.endsWith("::db"));
    expect(mended).toMatchObject({ id: kept?.id, outputs: { fileSize: expect.any(Number) } });
    expect(mended?.initErrors).toBeUndefined();
    await mustRun(["preview", "--expect-no-changes"]);
  });
});

describe("state that the official provider wrote", () => {
  it("is unchanged, can be changed, and loses only the other provider's bookkeeping", async () => {
    const whole = await exported();
    for (const { urn, outputs } of whole.deployment.resources)
      if (urn.includes("::cloudflare:index/") && outputs !== undefined)
        outputs["__pulumi_raw_state_delta"] = { obj: { ps: {} } };
    const file = join(project.folder, "state.json");
    writeFileSync(file, JSON.stringify(whole));
    await mustRun(["stack", "import", "--file", file]);
    await mustRun(["preview", "--expect-no-changes"]);
    await mustRun(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    await mustRun(["up", "--yes", "--skip-preview"], "2");
    await mustRun(["preview", "--expect-no-changes"], "2");
    const changed = (await exported()).deployment.resources.find(({ urn }) => urn.endsWith("::kv"));
    expect(changed?.outputs).toMatchObject({ title: "kv2", __meta: '{"schema_version":"500"}' });
    expect(changed?.outputs).not.toHaveProperty("__pulumi_raw_state_delta");
    expect(readFileSync(file, "utf8")).toContain("__pulumi_raw_state_delta");
  });
});

describe("a saved plan", () => {
  it("applies, back and forth, with what it did not know when it was made", async () => {
    const plan = join(project.folder, "plan.json");
    for (const round of ["1", "2"] as const) {
      await mustRun(["preview", "--save-plan", plan], round);
      await mustRun(["up", "--yes", "--skip-preview", "--plan", plan], round);
      await mustRun(["preview", "--expect-no-changes"], round);
    }
  });
});

describe("two engines at once", () => {
  it("do not disturb each other", async () => {
    const previews = await Promise.all(
      ["2", "1", "2", "1"].map((round) => run(["preview", "--diff"], round === "1" ? "1" : "2")),
    );
    expect(previews.map(({ exitCode, stdout }) => [exitCode, stdout.includes("21 unchanged")])).toEqual([
      [0, true],
      [0, false],
      [0, true],
      [0, false],
    ]);
    await mustRun(["destroy", "--yes", "--skip-preview"], "2");
  });
});
