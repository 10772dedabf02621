import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./project.ts";

const preload = join(projectRoot, "toolchain", "preload.cjs");
const run = (
  script: string,
  env: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["--require", preload, "-e", script], {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });

/** How many modules loading the SDK takes, and whether TypeScript or npm's arborist is among them. */
const loading = `require("@pulumi/pulumi");
const files = Object.keys(require.cache);
console.log(JSON.stringify({ count: files.length, heavy: files.filter((f) => /arborist|[/]typescript[/]|vendor[/]typescript/.test(f)).length }));`;

test("loading the SDK takes neither npm's arborist nor TypeScript with it", () => {
  const lean: { count: number; heavy: number } = JSON.parse(run(loading).stdout);
  expect(lean.heavy).toBe(0);
  expect(lean.count).toBeGreaterThan(100);
  const whole: { count: number; heavy: number } = JSON.parse(
    run(loading, { LOCKSTEP_PRELOAD: "off" }).stdout,
  );
  expect(whole.heavy).toBeGreaterThan(0);
  expect(lean.count).toBeLessThan(whole.count * 0.7);
});

test("serialising a closure still works: what was left out is loaded when it is needed", () => {
  const ran = run(`const pulumi = require("@pulumi/pulumi");
const captured = { n: 41 };
pulumi.runtime.serializeFunction(() => captured.n + 1).then(({ text }) => console.log(text));`);
  expect(ran.status, ran.stderr).toBe(0);
  expect(ran.stdout).toContain("n: 41");
});

test("all processes with the preload share one compile cache: none of them changes V8's flags at start", () => {
  const tag = 'console.log(require("node:v8").cachedDataVersionTag());';
  const script = `process.argv = ["node", "run", "--monitor", "127.0.0.1:1", "."];
require("@pulumi/pulumi/cmd/run/index.js"); ${tag} process.exit();`;
  const plain = run(tag).stdout;
  expect(run(script).stdout).toBe(plain);
  expect(run(script, { LOCKSTEP_PRELOAD: "off" }).stdout).not.toBe(plain);
});

test("code paths of a closure, which npm's arborist computes, are the same with and without it", () => {
  const script = `const { computeCodePaths } = require("@pulumi/pulumi/runtime/closure/codePaths.js");
computeCodePaths({ extraIncludePackages: ["semver"] }).then((paths) => console.log(JSON.stringify([...paths.keys()].sort())), (e) => console.log("error " + e.message));`;
  const [lean, whole] = [run(script), run(script, { LOCKSTEP_PRELOAD: "off" })];
  expect(lean.status, lean.stderr).toBe(0);
  expect(lean.stdout).toBe(whole.stdout);
});

test("the Automation API, which no program uses, is there when it is used", () => {
  const script =
    'const { automation } = require("@pulumi/pulumi"); const before = Object.keys(require.cache).length; console.log(typeof automation.LocalWorkspace.create, Object.keys(require.cache).length > before);';
  expect(run(script).stdout).toBe("function true\n");
  const esm =
    'import("@pulumi/pulumi").then(({ automation }) => console.log(typeof automation.LocalWorkspace.create));';
  expect(run(esm).stdout).toBe("function\n");
});

test("the program's own typescript is not touched", () => {
  expect(run('console.log(require("typescript").version.split(".")[0])').stdout).toBe("6\n");
});

test("an older Node is told what to do", () => {
  const pretend =
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });';
  const script = `${pretend} require(${JSON.stringify(preload)}); console.log("program ran");`;
  const ran = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect(ran.status).toBe(32);
  expect(ran.stdout).toBe("");
  expect(ran.stderr).toContain("Node 20.20.2 found");
  expect(ran.stderr).toContain('eval "$(npm run -s env)"');
});
