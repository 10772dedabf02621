import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";
import { type FakeGithub, fakeGithub } from "./fake-github.ts";
import { readWorkflow } from "./workflow.ts";

/** The workflows of a pull request, step by step, on the embedded target and a GitHub of this machine. Each test goes on from the one before it. */
let project: Clone;
let github: FakeGithub;
let base: string;
beforeAll(async () => {
  [project, github] = await Promise.all([clone(), fakeGithub()]);
  project.write(".gitignore", ".lockstep/\nnode_modules\n*.plan\nreport*\ndrift*.json\nPulumi.pr-*.yaml\n");
  await git("init", "-q", "-b", "main");
  base = await commit("what is up");
  // What a clone of GitHub's has of the branches there.
  await git("update-ref", "refs/remotes/origin/main", base);
});
afterAll(async () => {
  await github.close();
  await project.remove();
});

const canary = "canary-5e1f0c77";
const fork = {
  GITHUB_REF: "refs/pull/12/merge",
  GITHUB_HEAD_REF: "add-tags",
  GITHUB_BASE_REF: "main",
  // Of somebody whose shell has one: no comment has it.
  SOME_TOKEN: canary,
};

async function git(...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
  const { code, out } = await project.run("git", [...identity, ...args]);
  expect(code, `git ${args.join(" ")}\n${out}`).toBe(0);
  return out.trim();
}

async function commit(message: string, options: readonly string[] = []): Promise<string> {
  await git("add", "-A");
  await git("commit", "-qm", message, ...options);
  return git("rev-parse", "HEAD");
}

/** Runs a job as GitHub does: checkouts by git, artifacts as copies, expressions as they are given. */
async function runJob(
  path: string,
  name: string,
  given: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = {},
  without: readonly string[] = [],
) {
  const workflow = readWorkflow(path);
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`${path} has no job ${name}`);
  const filled = (text: string): string =>
    text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      if (!(expression in given)) throw new Error(`nothing stands for ${expression}`);
      return given[expression] ?? "";
    });
  const known = Object.entries({ ...workflow.env, ...job.env }).flatMap(([key, value]) =>
    /secrets\.|vars\./.test(value) ? [] : [[key, filled(value)] as const],
  );
  project.write(".lockstep/summary", "");
  const said: string[] = [];
  for (const { uses = "", run, with: options = {} } of job.steps) {
    const option = (key: string): string => filled(String(options[key] ?? ""));
    const artifacts = join(project.folder, ".lockstep", "artifacts");
    if (uses.startsWith("actions/checkout@")) {
      if (option("ref") !== "") await git("checkout", "-qf", "--detach", option("ref"));
    } else if (uses.startsWith("actions/upload-artifact@")) {
      mkdirSync(join(artifacts, option("name")), { recursive: true });
      cpSync(join(project.folder, option("path")), join(artifacts, option("name"), option("path")));
    } else if (uses.startsWith("actions/download-artifact@")) {
      const pattern = option("pattern").replace("*", "");
      const wanted = readdirSync(artifacts).filter((each) =>
        pattern === "" ? each === option("name") : each.startsWith(pattern),
      );
      for (const each of wanted)
        cpSync(join(artifacts, each), join(project.folder, option("path")), { recursive: true });
    } else if (run !== undefined && run !== "npm ci" && !without.some((words) => run.includes(words))) {
      const ran = await project.run("bash", ["-e", "-o", "pipefail", "-c", run], {
        ...env,
        ...Object.fromEntries(known),
        TARGET: "embedded",
        GITHUB_STEP_SUMMARY: ".lockstep/summary",
      });
      expect(ran.code, `${run}\n${ran.out}`).toBe(0);
      said.push(ran.out);
    }
  }
  return { said: said.join(""), summary: readFileSync(join(project.folder, ".lockstep/summary"), "utf8") };
}

const report = ".github/workflows/pull-request.yml";

const asked = (head: string) => ({
  "github.event.pull_request.base.sha": base,
  "github.event.pull_request.head.sha": head,
});

test("a fork's pull request gets a report of all stages, with no secret and on no account", async () => {
  // Somebody else's branch, which has the same number for the same table.
  await git("checkout", "-q", "-b", "other");
  project.write("migrations/dome/silo/0002_add_author.sql", "ALTER TABLE notes ADD COLUMN author TEXT;\n");
  await git("update-ref", "refs/remotes/origin/other", await commit("author"));
  await git("checkout", "-q", "-b", "add-tags", "main");
  project.write("migrations/dome/silo/0002_add_tags.sql", "ALTER TABLE notes ADD COLUMN tags TEXT;\n");
  expect((await project.just(["db", "lint", "dome/silo"])).code).toBe(0);
  project.edit("src/systems/dome.ts", (text) => text.replace('VERSION: "0.1.0"', 'VERSION: "0.2.0"'));
  const head = await commit("tags");
  github.heads.set(12, head);

  const { summary } = await runJob(report, "report", asked(head), fork);
  expect(summary).toMatch(/^<!-- lockstep: pull request report -->\n## 🟡 Lockstep: needs a person\n/);
  expect(summary).toContain("|  | <code>dev</code> | <code>staging</code> | <code>prod</code> |\n");
  for (const row of ["stores | –", "workers | 3 changed", "migrations | 1 to run", "policy | kept"])
    expect(summary).toContain(`| ${row}${row.slice(row.indexOf(" |"))}${row.slice(row.indexOf(" |"))} |\n`);
  expect(summary).toContain(
    "- branch <code>origin/other</code> changes <code>dome/silo</code>, too: the same number: <code>0002&#95;add&#95;tags&#46;sql and 0002&#95;add&#95;author&#46;sql</code>; the same tables: <code>notes</code>",
  );
  expect(summary).toContain("ALTER TABLE notes ADD COLUMN tags TEXT;\n");
  expect(summary).toContain("  class dome_d1_silo,");
  expect(summary).not.toContain(canary);
});

test("its comment is written once and edited afterwards, by code that is not the pull request's", async () => {
  const path = ".github/workflows/pull-request-comment.yml";
  const head = await git("rev-parse", "HEAD");
  const given = {
    "github.token": github.env["GITHUB_TOKEN"] ?? "",
    "github.event.workflow_run.head_sha": head,
    "github.event.workflow_run.id": "1",
  };
  const { said } = await runJob(path, "comment", given, github.env);
  expect(said).toBe("Pull request 12 has a comment\n");
  // The next push. What is up before it is up already.
  const next = await commit("anything", ["--allow-empty"]);
  github.heads.set(12, next);
  const { summary } = await runJob(report, "report", asked(next), fork, ["up ", "preview prod"]);
  const later = { ...given, "github.event.workflow_run.head_sha": next };
  expect((await runJob(path, "comment", later, github.env)).said).toBe(
    "The comment of pull request 12 was edited\n",
  );
  expect(github.comments.map(({ body }) => body)).toEqual([summary]);
});

test("what it says to type means what it says: the plan of a stage, its migrations, a rehearsal, and the change", async () => {
  for (const words of [
    ["pulumi-preview", "dev"],
    ["db", "plan", "dev"],
    ["db", "rehearse", "dev", "dome/silo"],
    ["pulumi-up", "dev", "--yes"],
  ]) {
    const { code, out } = await project.just(words);
    expect(code, out).toBe(0);
  }
});

test("a stage of its own comes up with stores of its own, migrated and seeded, and goes when the pull request is closed", async () => {
  const path = ".github/workflows/pull-request-stage.yml";
  const given = { "github.event.pull_request.number": "12" };
  const { said } = await runJob(path, "embedded", given);
  expect(said).toMatch(/✓ http:\/\/dome-api-pr-12\.pull-requests\.localhost:\d+\/health {2}HTTP 200/);
  expect((await project.just(["sweep"])).out).toMatch(/12 owned\nowned by pr-12: 12, its lease ends /);
  expect((await project.just(["db", "status", "pr-12"])).out).toMatch(/dome\/silo +\d+ +0/);
  const closed = await runJob(path, "down", given);
  expect(closed.summary).toMatch(/: 0 orphan, 0 kept, 0 foreign, 0 owned\n/);
  expect(existsSync(join(project.folder, "Pulumi.pr-12.yaml"))).toBe(false);
  expect((await project.just(["sweep", "--delete", "silo-pr-12", "--yes", "delete 1"])).out).toContain(
    "The account has nothing of this name",
  );
});

test("drift opens an issue, and the day on which nothing differs closes it", async () => {
  const path = ".github/workflows/drift.yml";
  const morning = async (): Promise<string> => {
    for (const stage of ["dev", "staging", "prod"]) await runJob(path, "check", { "matrix.stage": stage });
    // GitHub keeps the artifacts of each run apart.
    return (await runJob(path, "issue", { "github.token": github.env["GITHUB_TOKEN"] ?? "" }, github.env))
      .said;
  };
  expect(await morning()).toBe("Nothing differs, and no issue is open\n");
  const [queue] = z
    .array(z.object({ queue_id: z.string() }))
    .parse(await project.api("dev", "GET", "/queues"));
  const delay = (seconds: number): Promise<unknown> =>
    project.api("dev", "PATCH", `/queues/${queue?.queue_id}`, { settings: { delivery_delay: seconds } });
  await delay(60);
  expect(await morning()).toBe("Issue 1 was opened\n");
  expect(github.issues[0]).toMatchObject({ title: "Drift in dev", state: "open" });
  await delay(0);
  expect(await morning()).toBe("Nothing differs any more: issue 1 was closed\n");
});
