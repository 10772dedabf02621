import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeGithub, fakeGithub } from "../../test/ci/fake-github.ts";
import type { ReportInput } from "../pull-request/input.ts";
import { marker } from "../pull-request/report.ts";
import { repositoryOf, runOf } from "./api.ts";
import { writeBackup } from "./backup-issue.ts";
import { writeComment } from "./comment.ts";
import { driftText, type StageDrift, writeDrift } from "./drift-issue.ts";
import { requestOf } from "./github.ts";

let github: FakeGithub;
beforeEach(async () => {
  github = await fakeGithub();
  github.heads.set(12, head);
});
afterEach(() => github.close());

const head = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678";
const input: ReportInput = {
  version: 1,
  pullRequest: 12,
  branch: "add-tags",
  commit: head,
  target: "embedded",
  caller: "just",
  stages: [],
  findings: [],
  failures: [],
  graphs: [],
  rivals: [],
  timing: [],
};
const repository = () => repositoryOf(github.env);
const person = { login: "mia", type: "User" } as const;
const byHand = (body: string) => ({ id: 1, number: 12, body, state: "open", labels: [], user: person });

test("a pull request gets one comment, which is edited from then on", async () => {
  expect(await writeComment(input, head, repository())).toBe("Pull request 12 has a comment");
  expect(await writeComment(input, head, repository())).toBe(
    "The comment of pull request 12 says this already",
  );
  const later = { ...input, branch: "add-tags-2" };
  expect(await writeComment(later, head, repository())).toBe("The comment of pull request 12 was edited");
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toContain("add-tags-2");
  expect(github.calls.filter((call) => !call.startsWith("GET"))).toEqual([
    "POST /issues/12/comments",
    "PATCH /issues/comments/100",
  ]);
});

test("a person who copied the comment has not written it, and one behind a hundred others is found", async () => {
  for (let i = 0; i < 130; i++) github.comments.push(byHand(`${marker}\n## 🟢 Lockstep: safe\n${i}`));
  await writeComment(input, head, repository());
  await writeComment({ ...input, branch: "other" }, head, repository());
  expect(github.comments).toHaveLength(131);
  expect(github.comments.slice(0, 130).every(({ user }) => user.type === "User")).toBe(true);
});

test.each<[string, Partial<ReportInput>, string]>([
  ["of another pull request", { pullRequest: 13 }, head],
  ["of another commit than the job ran for", { commit: "b".repeat(40) }, head],
  ["of a head that the pull request has left", {}, "b".repeat(40)],
])("a report %s is not written", async (_what, more, at) => {
  github.heads.set(13, "c".repeat(40));
  const given = { ...input, ...more };
  await expect(writeComment(given, at, repository())).rejects.toThrow(/nothing was written/);
  expect(github.comments).toEqual([]);
});

test("a report of no pull request, and one of a number that there is not, are refused", async () => {
  const { pullRequest: _, ...of } = input;
  await expect(writeComment(of, head, repository())).rejects.toThrow(/of no pull request/);
  await expect(writeComment({ ...input, pullRequest: 99 }, head, repository())).rejects.toThrow(/404/);
});

test("a token that GitHub does not take is told with what the job needs, and is not in it", async () => {
  const wrong = { ...repository(), token: "canary-4711" };
  await expect(writeComment(input, head, wrong)).rejects.toThrow(/401: .*Bad credentials/);
  await expect(writeComment(input, head, wrong)).rejects.not.toThrow(/canary/);
});

const drift = (stage: string, ...resources: readonly string[]): StageDrift => ({
  stage,
  drift: resources.map((resource) => ({
    resource,
    aspect: "setting",
    what: `${resource} is @otherwise`,
    author: "mia@example.com",
    fix: "just pulumi-up",
  })),
});

test("drift opens one issue, changes it while it is there, and closes it", async () => {
  expect(await writeDrift([drift("dev"), drift("prod")], repository())).toBe(
    "Nothing differs, and no issue is open",
  );
  expect(await writeDrift([drift("dev"), drift("prod", "dome/silo")], repository())).toBe(
    "Issue 1 was opened",
  );
  expect(await writeDrift([drift("dev", "dome/api"), drift("prod", "dome/silo")], repository())).toBe(
    "Issue 1 was brought up to date",
  );
  expect(github.issues).toHaveLength(1);
  expect(github.issues[0]).toMatchObject({ title: "Drift in dev, prod", labels: ["drift"], state: "open" });
  expect(await writeDrift([drift("dev"), drift("prod")], repository())).toBe(
    "Nothing differs any more: issue 1 was closed",
  );
  expect(github.issues[0]?.state).toBe("closed");
  expect(await writeDrift([drift("prod", "dome/silo")], repository())).toBe("Issue 2 was opened");
});

test("a night without a proven backup opens one issue of its stage, the next good one closes it", async () => {
  const night = (stage: string, result: "success" | "failure" | "cancelled" | "skipped") =>
    writeBackup({ stage, result, run: runOf(repository(), { GITHUB_RUN_ID: "77" }) }, repository());
  expect(await night("prod", "success")).toBe("The backup of prod was proven, and no issue is open");
  expect(await night("prod", "failure")).toBe("Issue 1 was opened");
  expect(await night("prod", "cancelled")).toBe("Issue 1 was brought up to date");
  expect(await night("staging", "skipped")).toBe("Issue 2 was opened");
  // What somebody else keeps under the same label is another's.
  expect(await writeDrift([drift("prod", "dome/silo")], repository())).toBe("Issue 3 was opened");
  expect(github.issues[0]).toMatchObject({ title: "No proven backup of prod", labels: ["backup"] });
  expect(github.issues[0]?.body).toContain("cancelled");
  expect(github.issues[0]?.body).toContain("https://github.com/octo/shop/actions/runs/77");
  expect(await night("prod", "success")).toBe("The backup of prod was proven again: issue 1 was closed");
  expect(github.issues.map(({ state }) => state)).toEqual(["closed", "open", "open"]);
});

test("an issue about drift mentions nobody and stays below the limit, however much differs", () => {
  const many = Array.from({ length: 5_000 }, (_, i) => `dome/@team-${i}`);
  const text = driftText([drift("prod", ...many), drift("dev")]);
  expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  expect(text).not.toContain("@");
  expect(text).toContain("<code>prod</code>: 5000 differences");
});

test.each([
  [["comment", "report.json"]],
  [["comment", "report.json", "--head", "main"]],
  [["comment", "a", "b", "--head", head]],
  [["drift"]],
  [["drift", "a", "--head", head]],
  [["issue", "a"]],
  [["backup", "prod"]],
  [["backup", "prod", "well"]],
  [["backup", "prod", "success", "twice"]],
  [["backup", "@everybody", "failure"]],
  [[]],
])("%j is refused before anybody is asked", (args) => {
  expect(() => requestOf(args)).toThrow(/The command line is wrong/);
});

test("outside of a job of GitHub's it says which variable is missing", () => {
  expect(() => repositoryOf({})).toThrow(/GITHUB_REPOSITORY/);
  expect(() => repositoryOf({ GITHUB_REPOSITORY: "octo/shop" })).toThrow(/GITHUB_TOKEN/);
});
