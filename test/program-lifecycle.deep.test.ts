import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** What people do with a stack that is up: each test goes on from where the one before it left the dev stack. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  const { code, out } = await project.pulumi(up);
  expect(code, out).toBe(0);
});
afterAll(() => project.remove());

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];
const unchanged = ["preview", "--expect-no-changes", "--stack", "dev"];

async function expectUnchanged(): Promise<void> {
  const preview = await project.pulumi(unchanged);
  expect(preview.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  expect(preview.code).toBe(0);
}

test("a refresh of what came up finds nothing, and neither does a preview after it", async () => {
  const refresh = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(refresh.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  await expectUnchanged();
});

test("what was changed by hand is shown as drift and put back by the next up", async () => {
  const databases = z
    .array(z.object({ uuid: z.string(), name: z.string() }))
    .parse(await project.api("dev", "GET", "/d1/database"));
  const silo = databases.find(({ name }) => name === "silo-dev")?.uuid ?? "";
  await project.api("dev", "PUT", `/d1/database/${silo}`, { read_replication: { mode: "auto" } });
  await project.api("dev", "DELETE", "/vectorize/v2/indexes/dome-notes-dev");
  const drift = await project.pulumi([
    "refresh",
    "--preview-only",
    "--expect-no-changes",
    "--diff",
    "--stack",
    "dev",
  ]);
  expect(drift.code).not.toBe(0);
  expect(drift.out).toContain("readReplication");
  expect(drift.out).toMatch(/VectorizeIndex/);
  await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  const refused = await project.pulumi(up);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain(
    "Vectorize index dome/dome-notes is gone, and an up would put an empty one in its place",
  );
  const forget = /just forget dev dome\/dome-notes --reason "why"/.exec(refused.out)?.[0] ?? "";
  const [, ...words] = forget.replaceAll('"', "").split(" ");
  const forgotten = await project.just([...words, "--yes"]);
  expect(forgotten.code, forgotten.out).toBe(0);
  const repaired = await project.pulumi(up);
  expect(repaired.code, repaired.out).toBe(0);
  expect(await project.api("dev", "GET", `/d1/database/${silo}`)).toMatchObject({
    read_replication: { mode: "disabled" },
  });
  expect(await project.api("dev", "GET", "/vectorize/v2/indexes/dome-notes-dev")).toMatchObject({
    config: { dimensions: 1536 },
  });
  await expectUnchanged();
});

test("a preview says which declared system the stack does not list, and how to list it; an up does not", async () => {
  const before = readFileSync(join(project.folder, "project.ts"), "utf8");
  project.edit("project.ts", (text) =>
    text
      .replace("import { defineProject }", "import { defineProject, system }")
      .replace("  systems,", '  systems: [...systems, system("trial", [], { stages: ["dev"] })],'),
  );
  const preview = await project.pulumi(["preview", "--stack", "dev"]);
  expect(preview.out).toContain(
    "System trial is declared and not in this stack. To deploy it, write in Pulumi.dev.yaml: lockstep:systems: [dome, trial]",
  );
  expect(preview.code).toBe(0);
  expect((await project.pulumi(up)).out).not.toContain("trial");
  project.write("project.ts", before);
  expect((await project.pulumi(["preview", "--stack", "dev"])).out).not.toContain("trial");
});

test("a saved plan with changed code applies, and changes one version and its deployment", async () => {
  project.edit("workers/dome/silo/index.ts", (text) =>
    text.replace("silo is reached through", "silo can be reached through"),
  );
  const plan = join(project.folder, "plan.json");
  const preview = await project.pulumi(["preview", "--save-plan", plan, "--stack", "dev"]);
  expect(preview.out).toMatch(/\+-2 to replace\n {4}\d+ unchanged/);
  const applied = await project.pulumi([...up, "--plan", plan]);
  expect(applied.code).toBe(0);
  expect(applied.out).toMatch(/\+-2 replaced/);
  await expectUnchanged();
});

test("a comment in a worker's source is no new version", async () => {
  project.append("workers/dome/silo/index.ts", "\n// A remark.\n");
  await expectUnchanged();
});

test("code that is ahead of its database is refused when a target leaves the migration out", async () => {
  project.write(
    "migrations/dome/meta/0002_add_length.sql",
    "ALTER TABLE summaries ADD COLUMN length INTEGER;\n",
  );
  project.edit("workers/dome/dome-api/summaries.ts", (text) => text.replace("4_000", "5_000"));
  const urn =
    "urn:pulumi:dev::lockstep::lockstep:workers:Worker$cloudflare:index/workerVersion:WorkerVersion::dome/dome-api";
  const targeted = await project.pulumi([...up, "--target", urn]);
  expect(targeted.code).not.toBe(0);
  expect(targeted.out).toContain("The code of dome/dome-api is ahead of its database");
  expect(targeted.out).toContain("0002_add_length.sql not applied yet");
  rmSync(join(project.folder, "migrations/dome/meta/0002_add_length.sql"));
});

test("prod comes up protected, and no kind of destroy deletes anything of it", async () => {
  const upProd = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "prod"]);
  expect(upProd.code, upProd.out).toBe(0);
  const before = await resourcesOf("prod");
  const consumer =
    before.find((urn) => urn.endsWith("::dome/dome-api/new-content-ai") && urn.includes("queueConsumer")) ??
    "";
  expect(consumer).not.toBe("");
  for (const options of [
    [],
    ["--continue-on-error"],
    ["--exclude-protected"],
    ["--target", consumer],
    ["--target", consumer, "--target-dependents"],
  ]) {
    await project.pulumi(["destroy", "--yes", "--skip-preview", ...options, "--stack", "prod"]);
    expect(await resourcesOf("prod"), options.join(" ")).toEqual(before);
  }
  expect(await consumersOf("new-content-ai")).toBe(1);
  expect((await project.visit("dome-api.prod.localhost", "/health")).status).toBe(200);
});

test("prod refuses to run without the policy pack", async () => {
  const { code, out } = await project.pulumi(["preview", "--stack", "prod"], {
    PULUMI_OPTION_POLICY_PACK: "",
  });
  expect(code).not.toBe(0);
  expect(out).toContain("Stack prod does not run without the policy pack");
  expect(out).not.toContain("at program");
});

/** How many consumers a queue of prod really has. */
async function consumersOf(queue: string): Promise<number> {
  const queues = z
    .array(z.object({ queue_name: z.string(), consumers: z.array(z.unknown()) }))
    .parse(await project.api("prod", "GET", "/queues"));
  return queues.find(({ queue_name }) => queue_name === queue)?.consumers.length ?? 0;
}

/** Sorted: the engine may write those that do not depend on each other in another order after a run that changed nothing. */
/** What a stack has; without the providers that the engine makes for itself, which hold nothing. */
async function resourcesOf(stage: string): Promise<readonly string[]> {
  const path = join(project.folder, `.lockstep/state/.pulumi/stacks/lockstep/${stage}.json`);
  const shape = z.object({
    checkpoint: z.object({ latest: z.object({ resources: z.array(z.object({ urn: z.string() })) }) }),
  });
  return shape
    .parse(JSON.parse(readFileSync(path, "utf8")))
    .checkpoint.latest.resources.map(({ urn }) => urn)
    .filter((urn) => !/::pulumi:providers:[\w-]+::default$/.test(urn))
    .toSorted();
}
