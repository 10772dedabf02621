import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "./package-root.ts";

const preload = join(packageRoot, "toolchain", "preload.cjs");
const run = (
  script: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["--require", preload, "-e", script, "--", ...args], {
    cwd: packageRoot,
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
  expect(lean.count).toBeLessThan(whole.count * 0.4);
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

/** Modules of OpenTelemetry in the process that runs a program, after its start. */
const traced = `process.argv = ["node", "run", "--monitor", "127.0.0.1:1", "."];
require("@pulumi/pulumi/cmd/run/run.js");
console.log(Object.keys(require.cache).filter((file) => file.includes("@opentelemetry")).length);`;

test("OpenTelemetry is loaded for those who trace, and for nobody else", () => {
  expect(Number(run(traced).stdout)).toBe(0);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  expect(Number(run(traced, { TRACEPARENT: traceparent }).stdout)).toBeGreaterThan(100);
  expect(Number(run(traced, {}, ["--tracing", "http://127.0.0.1:1"]).stdout)).toBeGreaterThan(100);
});

test("a promise that is leaked is still reported, and its origin where that is asked for", () => {
  const script = `const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable.js");
require("@pulumi/pulumi").runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
(function whoLeaks() { debuggablePromise(new Promise(() => {}), "probe"); })();`;
  const usual = run(script);
  expect(usual.status).toBe(1);
  expect(usual.stderr).toContain("1 promise was still active");
  expect(usual.stderr).not.toContain("whoLeaks");
  expect(run(script, { PULUMI_DEBUG_PROMISE_LEAKS: "true" }).stderr).toContain("whoLeaks");
});

test("what only --debug shows is told to the engine where it was given, and warnings always are", () => {
  const script = `const grpc = require("@grpc/grpc-js");
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const server = new grpc.Server();
const nothing = (_call, answer) => answer({ code: 12 });
const log = (call, answer) => { console.log(call.request.getMessage()); answer(null, new Empty()); };
server.addService(EngineService, { ...Object.fromEntries(Object.keys(EngineService).map((name) => [name, nothing])), log });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), async (_error, port) => {
  const pulumi = require("@pulumi/pulumi");
  require("@pulumi/pulumi/runtime/settings.js").resetOptions("p", "s", 1, "127.0.0.1:" + port, "", false, "");
  await pulumi.log.debug("a step");
  await pulumi.log.warn("a warning");
  process.exit();
});`;
  expect(run(script).stdout).toBe("a warning\n");
  expect(run(script, { LOCKSTEP_ENGINE_DEBUG: "on" }).stdout).toBe("a step\na warning\n");
});

test("zod comes without its messages in other languages, and says what it always says", () => {
  const script = `import("zod").then(({ z }) => console.log(z.prettifyError(z.object({ a: z.number().int() }).safeParse({ a: "x" }).error), z.email().safeParse("@").error.issues[0].message));`;
  const [lean, whole] = [run(script), run(script, { LOCKSTEP_PRELOAD: "off" })];
  expect(lean.stdout).toContain("expected number");
  expect(lean.stdout).toBe(whole.stdout);
});

test("a provider that the engine ends with a signal leaves its compiled code for the next one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-compile-cache-"));
  try {
    const script = join(packageRoot, "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js");
    const child = spawn(process.execPath, ["--require", preload, script, "127.0.0.1:1"], {
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGINT");
    expect(readdirSync(folder, { recursive: true }).length).toBeGreaterThan(50);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
