import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";
import { readWorkflow } from "./workflow.ts";

/** The steps of the workflows, one after the other, on the embedded target. Each test goes on from the one before it. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

/** Not repeated here: they install packages, and run this test. */
const elsewhere = ["npm ci", "npm test"];

/** Runs a job's steps as GitHub does, with what its expressions stand for; gives what was written to its two files. */
async function runJob(path: string, name: string, given: Readonly<Record<string, string>>) {
  const workflow = readWorkflow(path);
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`${path} has no job ${name}`);
  const files = {
    GITHUB_OUTPUT: `.lockstep/${name}-output`,
    GITHUB_STEP_SUMMARY: `.lockstep/${name}-summary`,
  };
  for (const file of Object.values(files)) project.write(file, "");
  const valued = Object.entries({ ...workflow.env, ...job.env }).flatMap(([key, value]) => {
    const expression = /^\$\{\{ (.*) \}\}$/.exec(value)?.[1];
    if (expression === undefined) return [[key, value] as const];
    return expression in given ? [[key, given[expression] ?? ""] as const] : [];
  });
  const env = { ...Object.fromEntries(valued), TARGET: "embedded", ...files };
  const said: string[] = [];
  for (const { run } of job.steps) {
    if (run === undefined || elsewhere.includes(run)) continue;
    const ran = await project.run("bash", ["-e", "-o", "pipefail", "-c", run], {
      ...env,
      GITHUB_REF_NAME: given["github.ref_name"] ?? "",
      GITHUB_SHA: "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
    });
    expect(ran.code, `${run}\n${ran.out}`).toBe(0);
    said.push(ran.out);
  }
  const read = (file: string): string => readFileSync(join(project.folder, file), "utf8");
  const outputs = Object.fromEntries(
    [...read(files.GITHUB_OUTPUT).matchAll(/^(\w+)=(.*)$/gm)].map(([, key = "", value = ""]) => [key, value]),
  );
  return { said: said.join(""), outputs, summary: read(files.GITHUB_STEP_SUMMARY) };
}

test("a push to develop brings dev up, sums it up as the job's page shows it, and asks every system", async () => {
  const deploy = ".github/workflows/deploy.yml";
  const branch = { "github.ref_name": "develop" };
  const tested = await runJob(deploy, "test", branch);
  expect(tested.outputs["stage"]).toBe("dev");
  const systems = z.array(z.string()).parse(JSON.parse(tested.outputs["systems"] ?? ""));
  expect(systems).toContain("dome");

  const stage = { ...branch, "needs.test.outputs.stage": "dev" };
  const { summary } = await runJob(deploy, "up", stage);
  expect(summary).toContain(
    [
      "## 🏗️ Infrastructure Provisioning Complete",
      "",
      "**Environment:** `dev`  ",
      "**Branch:** `develop`  ",
      "**Commit:** `a1b2c3d`  ",
      "",
      "### Services Provisioned:",
      "- ✅ **R2 Buckets** (2 total)",
    ].join("\n"),
  );
  expect(summary).toContain(
    "- ✅ **Vectorize Index** (1 total)\n  - dome-notes-dev: 1536-dimensional vectors, cosine similarity\n",
  );
  expect(summary).toContain(
    "- ✅ **D1 Database Migrations**, before the code\n  - dome/dome-meta: 0001_create_summaries.sql is the last of 1\n",
  );
  expect(summary).toMatch(
    /\[dome\/dome-api\]\(http:\/\/dome-api-dev\.dev\.localhost:\d+\/\): version `[0-9a-f]{8}`/,
  );

  for (const system of systems) {
    const { said } = await runJob(deploy, "verify", { ...stage, "matrix.system": system });
    expect(said).toMatch(system === "dome" ? /✓ http:\S+\/health {2}HTTP 200/ : /^No worker of /m);
  }
});

test("a worker that does not answer as it should fails the job", async () => {
  project.edit("src/systems/dome.ts", (text) => text.replace('smoke: "/health"', 'smoke: "/nowhere"'));
  const { code, out } = await project.just(["verify", "dev", "dome"]);
  expect(out).toMatch(/✗ http:\S+\/nowhere {2}HTTP 404/);
  expect(code).toBe(1);
  project.edit("src/systems/dome.ts", (text) => text.replace('smoke: "/nowhere"', 'smoke: "/health"'));
});

test("a migration that is pushed alone goes through staging to prod", async () => {
  const path = ".github/workflows/migrations.yml";
  project.write("migrations/dome/silo/0002_add_tags.sql", "ALTER TABLE notes ADD COLUMN tags TEXT;\n");
  // What is pushed has its line in the chain: a pipeline records nothing, it refuses.
  const forgotten = await project.just(["validate", "--github"]);
  expect(forgotten.out).toMatch(
    /^::error file=migrations\/dome\/silo\/chain\.txt,line=3,title=CH1%3A 0002_add_tags/m,
  );
  expect(forgotten.code).toBe(1);
  expect((await project.just(["db", "lint", "dome/silo"])).code).toBe(0);
  for (const stage of ["staging", "prod"]) {
    const { summary } = await runJob(path, stage, {});
    expect(summary).toContain("dome/silo: 0002_add_tags.sql is the last of 2");
  }
});
