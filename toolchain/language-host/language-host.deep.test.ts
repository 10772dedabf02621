import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestProject, testProject } from "../fixture/project.ts";

let project: TestProject;
beforeAll(async () => {
  project = await testProject({
    "index.ts": "export const made: string = process.version;",
    "Pulumi.dev.yaml": "config:\n  probe:word: hello\n  probe:list: [1, 2]\n",
    "policy/PulumiPolicy.yaml": "runtime: nodejs\nversion: 1.0.0\ndescription: probe\n",
    "policy/package.json":
      '{ "name": "probe-policy", "version": "1.0.0", "type": "module", "main": "main.cjs" }',
    "policy/main.cjs": 'module.exports = import("./index.ts");',
    "policy/index.ts": `
import * as pulumi from "@pulumi/pulumi";
import { PolicyPack } from "@pulumi/policy";
const seen: string = pulumi.getStack() + "/" + new pulumi.Config("probe").require("word");
console.log("pack started for " + seen);
new PolicyPack("probe", { policies: [{
  name: "no-forbidden", description: "Nothing is forbidden.", enforcementLevel: "mandatory",
  validateResource: (args, report) => { if (args.props.word === "die") process.exit(3); if (args.props.word === "forbidden") report("found in " + seen); },
}] });`,
    "dynamic.ts": `
import { appendFileSync } from "node:fs";
export const provider = {
  async create(inputs: { word: string }) { appendFileSync("dynamic.log", "create " + process.version + "\\n"); return { id: "d", outs: { ...inputs, loud: inputs.word.toUpperCase() } }; },
  async update(_id: string, _olds: unknown, news: { word: string }) { return { outs: { ...news, loud: news.word.toUpperCase() } }; },
  async diff(_id: string, olds: { word: string }, news: { word: string }) { return { changes: olds.word !== news.word }; },
  async delete() { appendFileSync("dynamic.log", "delete\\n"); },
};`,
  });
});
afterAll(() => project.remove());

/** A dynamic resource whose provider is constant text: nothing is serialised. */
const dynamicProgram = (word: string): string => `
import * as pulumi from "@pulumi/pulumi";
const text = 'exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("./dynamic.ts").provider;';
class Loud extends pulumi.CustomResource {
  declare readonly loud: pulumi.Output<string>;
  constructor(name: string, word: string) {
    super("pulumi-nodejs:dynamic/probe:Loud", name, { word, loud: undefined, __provider: text });
  }
}
export const loud = new Loud("l", "${word}").loud;`;

test("a program goes up with its configuration, and again with nothing to do, without a warning", async () => {
  project.write(
    "index.ts",
    `import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
console.log("said by the program");
export const word = config.require("word"), list = config.requireObject("list"), stack = pulumi.getStack(), node = process.version;`,
  );
  const first = await project.pulumi("up", "--yes", "--skip-preview");
  expect(first.code, first.out).toBe(0);
  expect(first.out).toMatch(/word *: "hello"/);
  expect(first.out).toMatch(/stack *: "dev"/);
  expect(first.out).toMatch(/node *: "v24\./);
  expect(first.out).toContain("said by the program");
  expect(first.out).not.toContain("warning");
  const again = await project.pulumi("up", "--yes");
  expect(again.out).toContain("1 unchanged");
});

test("a configuration that does not fit into a process says which value is too large", async () => {
  const config = readFileSync(join(project.folder, "Pulumi.dev.yaml"), "utf8");
  project.write("Pulumi.dev.yaml", `config:\n  probe:blob: ${"x".repeat(200_000)}\n`);
  const ran = await project.pulumi("preview");
  project.write("Pulumi.dev.yaml", config);
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain("the largest value is probe:blob with 200000 bytes");
});

test("a program that throws is shown with its stack, and once", async () => {
  project.write("index.ts", "function deeper(): never { throw new Error('nothing works'); }\ndeeper();");
  const ran = await project.pulumi("preview");
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain("failed with an unhandled exception");
  expect(ran.out).toMatch(/at deeper .*index\.ts:1:/);
  expect(ran.out.split("Error: nothing works")).toHaveLength(2);
  expect(ran.out).not.toContain("Program exited");
});

test("a program that exits is told from one that reported its error", async () => {
  project.write("index.ts", "process.exit(7);");
  const ran = await project.pulumi("preview");
  expect(ran.out).toContain("Program exited with non-zero exit code: 7");
});

test("a dynamic resource is created, updated and deleted by TypeScript loaded at run time", async () => {
  project.write("index.ts", dynamicProgram("one"));
  const created = await project.pulumi("up", "--yes", "--skip-preview");
  expect(created.code, created.out).toBe(0);
  expect(created.out).toMatch(/loud *: "ONE"/);
  project.write("index.ts", dynamicProgram("two"));
  const updated = await project.pulumi("up", "--yes", "--skip-preview");
  expect(updated.out).toMatch(/loud *: "ONE" => "TWO"/);
  const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview");
  expect(destroyed.code, destroyed.out).toBe(0);
  expect(readFileSync(join(project.folder, "dynamic.log"), "utf8")).toMatch(/^create v24\.\S+\ndelete\n$/);
});

test("a policy pack knows the stack and its configuration, and a violation stops the preview", async () => {
  project.write("index.ts", dynamicProgram("allowed"));
  const allowed = await project.pulumi("preview", "--policy-pack", "policy");
  expect(allowed.code, allowed.out).toBe(0);
  expect(allowed.out).toContain("probe@v1.0.0");
  expect(allowed.out).toContain("pack started for dev/hello");
  project.write("index.ts", dynamicProgram("forbidden"));
  const refused = await project.pulumi("preview", "--policy-pack", "policy");
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("found in dev/hello");
});

test("a policy pack that cannot start says why", async () => {
  project.write("broken/PulumiPolicy.yaml", "runtime: nodejs\nversion: 1.0.0\n");
  project.write("broken/package.json", '{ "name": "b", "version": "1.0.0", "main": "main.cjs" }');
  project.write("broken/main.cjs", "throw new Error('the pack is broken');");
  const ran = await project.pulumi("preview", "--policy-pack", "broken");
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain("the pack is broken");
});

test("a policy pack that ends while it is in use is told from a broken connection", async () => {
  project.write("index.ts", dynamicProgram("die"));
  const ran = await project.pulumi("preview", "--policy-pack", "policy");
  expect(ran.code).not.toBe(0);
  expect(ran.out).toMatch(/the policy pack in .*policy ended while it was in use, with exit code 3/);
});

test("the end of a command is not waited for: ten seconds, were a plugin deaf to its end", async () => {
  project.write(
    "index.ts",
    'import { writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync("ended", String(Date.now())));',
  );
  const beganMs = Date.now();
  const ran = await project.pulumi("preview");
  expect(ran.code, ran.out).toBe(0);
  const endedMs = Number(readFileSync(join(project.folder, "ended"), "utf8"));
  // On a machine so slow that the program itself took that long, its end is the smaller part still.
  expect(Date.now() - endedMs).toBeLessThan(Math.max(10_000, endedMs - beganMs));
});

test("a program that ran out of memory is told how to get more", async () => {
  project.write(
    "index.ts",
    'process.stderr.write("<--- Last few GCs --->\\n", () => process.kill(process.pid, "SIGABRT")); await new Promise(() => setInterval(() => {}, 1000));',
  );
  const ran = await project.pulumi("preview");
  expect(ran.out).toMatch(
    /Program exited unexpectedly: signal: SIGABRT\. Detected a possible out of memory error/,
  );
});

const pids =
  'import { appendFileSync } from "node:fs"; appendFileSync("pids", process.pid + " " + process.ppid + "\\n");';
const forever = "await new Promise(() => setInterval(() => {}, 1000));";
const deaf = 'process.on("SIGINT", () => {}); process.on("SIGTERM", () => {});';

test.each([
  ["SIGKILL", "a program", forever],
  ["SIGINT", "a program", forever],
  ["SIGKILL", "a program that does not listen", `${deaf} ${forever}`],
  ["SIGHUP", "a program", forever],
] as const)("after %s of the engine nothing of it is left, with %s", async (signal, _, text) => {
  project.write("index.ts", `${pids} ${text}`);
  const path = join(project.folder, "pids");
  rmSync(path, { force: true });
  const engine = spawn(project.engine, ["preview", "--non-interactive"], {
    cwd: project.folder,
    env: project.env,
    stdio: "ignore",
  });
  await expect.poll(() => readFileSync(path, "utf8")).toMatch(/\d+ \d+\n/);
  const started = readFileSync(path, "utf8").trim().split(" ").map(Number);
  engine.kill(signal);
  await expect.poll(() => started.filter(isThere)).toEqual([]);
});

const isThere = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test("about reports the program's Node and packages", async () => {
  const ran = await project.pulumi("about");
  expect(ran.out).toContain("nodejs");
  expect(ran.out).toMatch(/v24\./);
});

test("a policy pack of plain TypeScript, which needs ts-node, still gets it", async () => {
  project.write("index.ts", "export const a = 1;");
  project.write("typed/PulumiPolicy.yaml", "runtime: nodejs\nversion: 1.0.0\n");
  project.write("typed/package.json", '{ "name": "typed", "version": "1.0.0" }');
  project.write(
    "typed/tsconfig.json",
    '{ "compilerOptions": { "module": "nodenext", "skipLibCheck": true, "types": [] } }',
  );
  project.write(
    "typed/index.ts",
    'import { PolicyPack } from "@pulumi/policy"; enum Level { Must = "mandatory" } new PolicyPack("typed", { enforcementLevel: Level.Must, policies: [] });',
  );
  const ran = await project.pulumi("preview", "--policy-pack", "typed");
  expect(ran.code, ran.out).toBe(0);
  expect(ran.out).toContain("typed@v1.0.0");
});
