import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type TestProject, testProject } from "../fixture/project.ts";
import { globPattern } from "./globs.ts";

const program = (args: string, more = ""): string => `
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
const c = new command.local.Command("c", ${args});
export const stdout = c.stdout, stderr = c.stderr, assets = c.assets, archive = c.archive;
${more}
`;

let project: TestProject;
beforeAll(async () => {
  project = await testProject({ "index.ts": program("{}") });
});
afterAll(() => project.remove());

const up = async (args: string, more?: string): Promise<string> => {
  project.write("index.ts", program(args, more));
  const ran = await project.pulumi("up", "--yes", "--skip-preview");
  expect(ran.code, ran.out).toBe(0);
  return ran.out;
};
const stateShape = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()).optional() })),
  }),
});
const outputs = async (...show: string[]): Promise<Record<string, unknown>> => {
  const exported = await project.pulumi("stack", "export", ...show);
  const state = stateShape.parse(JSON.parse(exported.out));
  return state.deployment.resources.find(({ type }) => type === "command:local:Command")?.outputs ?? {};
};

test("a command runs on create, again on a change, once more on delete, and not when nothing changed", async () => {
  const log = (word: string): string => `"echo ${word}:$PULUMI_COMMAND_STDOUT >> log; echo ${word}-out"`;
  const args = (name: string): string =>
    `{ create: ${log("create")}, update: ${log("update")}, delete: ${log("delete")}, environment: { NAME: "${name}" } }`;
  const read = (): string => readFileSync(join(project.folder, "log"), "utf8");
  await up(args("a"));
  expect(read()).toBe("create:\n");
  expect(await outputs()).toMatchObject({ stdout: "create-out", stderr: "" });
  expect(await up(args("a"))).toContain("2 unchanged");
  const preview = await project.pulumi("preview", "--expect-no-changes");
  expect(preview.code, preview.out).toBe(0);
  await up(args("b"));
  expect(read()).toBe("create:\nupdate:create-out\n");
  const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview");
  expect(destroyed.code, destroyed.out).toBe(0);
  expect(read()).toBe("create:\nupdate:create-out\ndelete:update-out\n");
});

test("changed triggers replace, and a preview runs nothing", async () => {
  const args = (trigger: string): string =>
    `{ create: "touch ran-${trigger}; date +%s%N", triggers: ["${trigger}"] }`;
  await up(args("one"));
  project.write("index.ts", program(args("two")));
  const preview = await project.pulumi("preview", "--diff");
  expect(preview.out).toContain("+-command:local:Command: (replace)");
  expect(existsSync(join(project.folder, "ran-two"))).toBe(false);
  const out = await up(args("two"));
  expect(out).toContain("replaced");
  expect(existsSync(join(project.folder, "ran-two"))).toBe(true);
});

test("dir, stdin, interpreter, environment and streams are as the command asks", async () => {
  await up(`{
    create: "process.stdin.on('data', d => { console.log(process.cwd().split('/').at(-1), process.env.A, String(d)); console.error('warned'); });",
    dir: "toolchain/engine", stdin: "typed", interpreter: ["node", "-e"], environment: { A: "é'\\"$" } }`);
  expect(await outputs()).toMatchObject({ stdout: "engine é'\"$ typed", stderr: "warned" });
});

test("one secret input makes the outputs secret, and its value is nowhere in the state", async () => {
  await up('{ create: "echo saw $KEY", environment: { KEY: pulumi.secret("hunter2") } }');
  const exported = await project.pulumi("stack", "export");
  expect(exported.out).not.toContain("hunter2");
  expect(await outputs("--show-secrets")).toMatchObject({
    stdout: { plaintext: '"saw hunter2"' },
    stderr: { plaintext: '""' },
  });
});

test("assetPaths and archivePaths pick files by glob, in order", async () => {
  project.write("made/logo.svg", "<svg/>");
  project.write("made/deep/secret.js", "1");
  project.write("made/deep/index.js", "2");
  const out = await up(
    '{ create: "true", dir: "made", assetPaths: ["**.js", "!**secret.*"], archivePaths: ["*.svg"] }',
  );
  expect(out).not.toContain("error");
  expect(await outputs()).toMatchObject({
    assets: { "deep/index.js": { path: "made/deep/index.js" } },
    archive: { assets: { "logo.svg": { path: "made/logo.svg" } } },
  });
  const unchanged = await project.pulumi("preview", "--expect-no-changes");
  expect(unchanged.code, unchanged.out).toBe(0);
});

test("a failing command fails the deployment with its status and its words", async () => {
  project.write("index.ts", program('{ create: "echo half; echo broken >&2; exit 3", triggers: [9] }'));
  const ran = await project.pulumi("up", "--yes", "--skip-preview");
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain('exit status 3: running "echo half; echo broken >&2; exit 3"');
  expect(ran.out).toMatch(/half\s+broken/);
});

test("an input of the wrong type, and a remote command, are refused before anything runs", async () => {
  project.write("index.ts", program("{ create: 5 as never }"));
  const typo = await project.pulumi("up", "--yes", "--skip-preview");
  expect(typo.code).not.toBe(0);
  expect(typo.out).toMatch(/expected string.*number[\s\S]*create|create[\s\S]*expected string/);
  project.write(
    "index.ts",
    'import * as command from "@pulumi/command"; new command.remote.Command("r", { connection: { host: "h" }, create: "x" });',
  );
  const remote = await project.pulumi("preview");
  expect(remote.out).toContain("remote commands need Pulumi's own provider");
});

test("local.run runs in previews too and its output is there", async () => {
  project.write(
    "index.ts",
    'import * as command from "@pulumi/command"; export const said = command.local.runOutput({ command: "echo hello; echo x >&2" }).stdout;',
  );
  const ran = await project.pulumi("preview");
  expect(ran.code, ran.out).toBe(0);
  expect(ran.out).toMatch(/said *: "hello"/);
});

test.each([
  ["**", "a/b/c.txt", true],
  ["*", "a/b", false],
  ["src/**.js", "src/deep/x.js", true],
  ["src/*.js", "src/deep/x.js", false],
  ["**secret.*", "src/my.secret.txt", true],
  ["file?.[ch]", "file1.c", true],
  ["file[!0-9]", "file1", false],
  ["{a,b}/*.md", "b/read.md", true],
  ["a+b(c).txt", "a+b(c).txt", true],
  ["\\*", "x", false],
])("the glob %s on %s is %s", (glob, path, matches) => {
  expect(globPattern(glob).test(path)).toBe(matches);
});
