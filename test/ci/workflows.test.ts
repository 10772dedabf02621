import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isVerb } from "../../cli/verbs.ts";
import project from "../../project.ts";
import { packageRoot } from "../../toolchain/package-root.ts";
import { needsOf, readWorkflow, workflowFiles } from "./workflow.ts";

const ours = workflowFiles.filter((path) => path.startsWith(".github/"));

test("every workflow of this project is one that is tested here", () => {
  expect(
    readdirSync(join(packageRoot, ".github/workflows"))
      .map((name) => `.github/workflows/${name}`)
      .sort(),
  ).toEqual(ours);
});

test.each(
  workflowFiles,
)("%s is a workflow whose jobs wait for jobs that are there, and whose outputs exist", (path) => {
  const { jobs } = readWorkflow(path);
  const text = readFileSync(join(packageRoot, path), "utf8");
  for (const [name, job] of Object.entries(jobs)) {
    expect(job.steps[0]?.uses, name).toMatch(/^actions\/checkout@/);
    for (const need of needsOf(job)) expect(Object.keys(jobs)).toContain(need);
  }
  for (const [, job = "", output = ""] of text.matchAll(/needs\.(\w+)\.outputs\.(\w+)/g))
    expect(Object.keys(jobs[job]?.outputs ?? {}), `${job}.${output}`).toContain(output);
});

test.each(
  workflowFiles,
)("%s runs npm, and verbs of this command: no script of its own, no tool beside it", (path) => {
  const lines = Object.values(readWorkflow(path).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run = "" }) => run.split("\n").filter((line) => line !== "")),
  );
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    const verb = /(?:npx lockstep|node bin\/lockstep\.mjs) ([\w-]+)/.exec(line)?.[1];
    if (verb === undefined) expect(line).toMatch(/^(npm (ci|test)|echo "\w+=\$\w+" >> "\$GITHUB_OUTPUT")$/);
    else expect(isVerb(verb), line).toBe(true);
  }
});

test("a push to a branch of a stage deploys, and no other", () => {
  const { push } = readWorkflow(".github/workflows/deploy.yml").on;
  expect(push?.branches).toEqual(project.stages.map(({ branch }) => branch));
});

test("code waits for the tests, and asking the systems waits for the code", () => {
  const { jobs } = readWorkflow(".github/workflows/deploy.yml");
  expect(jobs["up"] && needsOf(jobs["up"])).toEqual(["test"]);
  expect(jobs["verify"] && needsOf(jobs["verify"])).toEqual(["test", "up"]);
  const migrations = readWorkflow(".github/workflows/migrations.yml").jobs;
  expect(migrations["prod"] && needsOf(migrations["prod"])).toEqual(["staging"]);
});

test("what runs the code of a pull request has no secret and no right to write; what has the token runs none of it", () => {
  const report = readFileSync(join(packageRoot, ".github/workflows/pull-request.yml"), "utf8");
  expect(readWorkflow(".github/workflows/pull-request.yml").permissions).toEqual({ contents: "read" });
  expect(report).not.toMatch(/secrets\.|github\.token|pull_request_target/);
  const comment = readWorkflow(".github/workflows/pull-request-comment.yml");
  const checkouts = Object.values(comment.jobs).flatMap(({ steps }) =>
    steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")),
  );
  expect(checkouts.map((step) => step.with)).toEqual([{ "persist-credentials": false }]);
  expect(comment.on.workflow_run?.workflows).toEqual([
    readWorkflow(".github/workflows/pull-request.yml").name,
  ]);
  // What somebody else may have written is only ever the value of a variable, never a part of a command.
  for (const path of ours)
    for (const { run = "" } of Object.values(readWorkflow(path).jobs).flatMap(({ steps }) => steps))
      expect(run).not.toContain("${{");
});

test("a stage on a real account is for branches of this repository alone", () => {
  const { jobs } = readWorkflow(".github/workflows/pull-request-stage.yml");
  for (const [name, job] of Object.entries(jobs)) {
    const isReal = JSON.stringify(job).includes("secrets.");
    expect(isReal, name).toBe(name !== "embedded");
    if (isReal)
      expect(job.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  }
});

test("whatever becomes of the night's backup, its alarm is told, and it alone may write issues", () => {
  const { permissions, jobs } = readWorkflow(".github/workflows/backup.yml");
  const { prove, alarm } = jobs;
  expect([alarm?.if, alarm?.needs]).toEqual(["always()", "prove"]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
  expect(alarm?.env).toMatchObject({ RESULT: "${{ needs.prove.result }}" });
  expect([permissions, prove?.permissions, alarm?.permissions]).toEqual([
    { contents: "read" },
    undefined,
    { contents: "read", issues: "write" },
  ]);
});

test("drift is looked for in every stage", () => {
  const { check } = readWorkflow(".github/workflows/drift.yml").jobs;
  expect(check?.strategy?.matrix["stage"]).toEqual(project.stages.map(({ name }) => name));
});

const actionlint = spawnSync("actionlint", ["--version"]);

test.skipIf(actionlint.error !== undefined)("actionlint finds nothing in them", () => {
  const { stdout, stderr } = spawnSync("actionlint", [...ours], { cwd: packageRoot, encoding: "utf8" });
  expect(stdout + stderr).toBe("");
});
