import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commands, nodeDiagnostic } from "./bootstrap.mjs";
import { wantedInstall } from "./install/install.mjs";
import { startOf } from "./install/lock.mjs";
import { packageRoot } from "./package-root.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep boot 'q' "));
  mkdirSync(join(root, "toolchain"));
  for (const file of ["bootstrap.mjs", "install", "engine"])
    cpSync(join(packageRoot, "toolchain", file), join(root, "toolchain", file), { recursive: true });
  writeFileSync(join(root, "package-lock.json"), '{ "packages": {} }');
  mkdirSync(join(root, "node_modules", "node", "bin"), { recursive: true });
  symlinkSync(process.execPath, join(root, "node_modules", "node", "bin", "node"));
  writeFileSync(join(root, "node_modules", ".package-lock.json"), '{ "packages": {} }');
  writeFileSync(join(root, "node_modules", ".lockstep-installed"), wantedInstall(root));
  mkdirSync(join(root, "embedded"));
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));

const bootstrap = (): string => join(root, "toolchain", "bootstrap.mjs");
/** An oldest-supported Node where the machine has one: that one starts a child instead of becoming it. */
const oldNode = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;

test("a Node that is too old hears so in one message", () => {
  expect(nodeDiagnostic("18.20.1")).toMatch(/Node 18\.20\.1 found.*Node 20/s);
  expect(nodeDiagnostic("20.0.0")).toBeUndefined();
});

test("an unknown command names those there are", () => {
  const ran = spawnSync(process.execPath, [bootstrap(), "toString"], { encoding: "utf8" });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain(Object.keys(commands).join(", "));
});

test.each([
  oldNode,
  process.execPath,
])("%s hands arguments, input, output and exit code to Node 24 unchanged", (node) => {
  writeFileSync(
    join(root, "embedded", "main.ts"),
    `const input: string[] = []; for await (const chunk of process.stdin) input.push(String(chunk));
console.log(JSON.stringify({ args: process.argv.slice(2), input: input.join(""), node: process.version })); process.exitCode = 7;`,
  );
  const ran = spawnSync(node, [bootstrap(), "embedded", "--port", "1", "a b\"'"], {
    encoding: "utf8",
    input: "typed",
  });
  expect(JSON.parse(ran.stdout)).toEqual({
    args: ["--port", "1", "a b\"'"],
    input: "typed",
    node: process.version,
  });
  expect(ran.stderr).toBe("");
  expect(ran.status).toBe(7);
});

test("it runs through a symbolic link to the clone too", () => {
  writeFileSync(join(root, "embedded", "main.ts"), 'console.log("ran");');
  const link = `${root}-link`;
  symlinkSync(root, link);
  const ran = spawnSync(oldNode, [join(link, "toolchain", "bootstrap.mjs"), "embedded"], {
    encoding: "utf8",
  });
  rmSync(link);
  expect(ran.stdout).toBe("ran\n");
});

const ended = (child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
  new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));

test.each([
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
] as const)("%s reaches the command, whose own ending counts", async (signal) => {
  writeFileSync(
    join(root, "embedded", "main.ts"),
    `process.on("${signal}", () => { console.log("heard"); setTimeout(() => process.exit(5), 50); }); console.log("ready"); setInterval(() => {}, 1000);`,
  );
  const child = spawn(oldNode, [bootstrap(), "embedded"], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (text.includes("ready")) child.kill(signal);
  });
  expect((await ended(child)).code).toBe(5);
  expect(out).toBe("ready\nheard\n");
});

test("a command that dies of a signal makes its caller see that signal", async () => {
  writeFileSync(join(root, "embedded", "main.ts"), 'process.kill(process.pid, "SIGKILL");');
  const child = spawn(oldNode, [bootstrap(), "embedded"], { stdio: "ignore" });
  expect(await ended(child)).toMatchObject({ signal: "SIGKILL" });
});

test("interrupting the installation ends npm, and says that nothing half-made was kept", async () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  const npm = join(root, "npm.js");
  writeFileSync(
    npm,
    `require("node:fs").writeFileSync(${JSON.stringify(join(root, "npm.pid"))}, String(process.pid)); setInterval(() => {}, 1000);`,
  );
  const child = spawn(oldNode, [bootstrap(), "embedded"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, npm_execpath: npm },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const poll = setInterval(() => existsSync(join(root, "npm.pid")) && child.kill("SIGTERM"), 30);
  const ending = await ended(child);
  clearInterval(poll);
  expect(ending.signal).toBe("SIGTERM");
  expect(said).toContain("Interrupted; nothing half-made was kept");
  expect(() => process.kill(Number(readFileSync(join(root, "npm.pid"), "utf8")), 0)).toThrow();
});

test("what cannot be prepared is one message on stderr, and stdout stays empty", () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  const npm = join(root, "npm.js");
  writeFileSync(npm, "console.error('npm error code E500'); process.exit(1);");
  chmodSync(npm, 0o755);
  const ran = spawnSync(oldNode, [bootstrap(), "db", "lint"], {
    encoding: "utf8",
    env: { ...process.env, npm_execpath: npm },
  });
  expect(ran.status).toBe(1);
  expect(ran.stdout).toBe("");
  expect(ran.stderr).toContain("npm error code E500");
  expect(ran.stderr).not.toContain("    at ");
});

test("a shell that evaluates what env prints sees that it failed", () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  const npm = join(root, "npm.js");
  writeFileSync(npm, "process.exit(1);");
  const ran = spawnSync(oldNode, [bootstrap(), "env", "--wrangler"], {
    encoding: "utf8",
    env: { ...process.env, npm_execpath: npm },
  });
  expect(ran.status).toBe(1);
  expect(
    spawnSync("sh", ["-c", 'eval "$1" && echo went on', "sh", ran.stdout], { encoding: "utf8" }),
  ).toMatchObject({
    status: 1,
    stdout: "",
  });
});

test("a signal ends the waiting for another process's install at once", async () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  mkdirSync(join(root, ".lockstep"));
  const holder = { pid: process.pid, started: startOf(process.pid) };
  writeFileSync(join(root, ".lockstep", "install.lock"), JSON.stringify(holder));
  const child = spawn(oldNode, [bootstrap(), "env", "--wrangler"], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.once("data", () => child.kill("SIGTERM"));
  expect((await ended(child)).signal).toBe("SIGTERM");
  expect(out).toBe("false\n");
});
