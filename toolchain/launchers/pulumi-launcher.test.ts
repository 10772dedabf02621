import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Places, placesOf } from "../project.ts";
import { fileCommands } from "../stacks/stack.ts";
import { pulumiLauncher, stateUrlOf } from "./pulumi-launcher.ts";

let places: Places;
let embedded: ChildProcess;
beforeEach(() => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `lockstep o'launch "$x" `)));
  places = { ...placesOf(folder), code: join(folder, "lib"), node: join(folder, "node") };
  // The engine and Node are stand-ins that print what they were asked.
  const show = (name: string): string =>
    `#!/bin/sh\nprintf '%s' ${name}; for a in "$@"; do printf ' [%s]' "$a"; done; echo; echo "config=\${PULUMI_OPTION_CONFIG_FILE:-}"; echo "providers=\${PULUMI_DEBUG_PROVIDERS:-}"; echo "home=\${PULUMI_HOME:-}"; [ -z "\${LOCKSTEP_ENGINE_DEBUG:-}" ] || echo debug\n`;
  executable(join(places.root, "engine"), show("engine"));
  executable(places.node, show("node"));
  executable(join(places.bin, "pulumi"), pulumiLauncher(places, join(places.root, "engine"), "shop"));
  prepared("dev");
  prepared("staging");
  embedded = spawn("sh", ["-c", "sleep 600; :", "embedded/main.ts"], { stdio: "ignore", detached: true });
  write(join(places.embedded, "connection.json"), connection(embedded.pid ?? 0));
});
afterEach(() => {
  // The shell and its sleep are a group of their own.
  if (embedded.pid !== undefined) process.kill(-embedded.pid, "SIGKILL");
  rmSync(places.root, { recursive: true, force: true, maxRetries: 10 });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
function executable(path: string, text: string): void {
  write(path, text);
  chmodSync(path, 0o755);
}
function prepared(stage: string): void {
  write(join(places.root, `Pulumi.${stage}.yaml`), "config: {}\n");
  utimesSync(join(places.root, `Pulumi.${stage}.yaml`), 1, 1);
  write(join(places.config, `${stage}.yaml`), "config: {}\n");
  write(join(places.state, ".pulumi", "stacks", "shop", `${stage}.json`), "{}");
}
const connection = (pid: number): string =>
  `{"api":"http://127.0.0.1:1/client/v4","token":"t","accounts":[],"front":"x","providerPort":4711,"pid":${pid}}\n`;

function pulumi(args: readonly string[], more: NodeJS.ProcessEnv = {}, cwd = places.root): string {
  const env = {
    PATH: process.env.PATH,
    PULUMI_BACKEND_URL: stateUrlOf(places),
    PULUMI_HOME: places.home,
    ...more,
  };
  const ran = spawnSync(join(places.bin, "pulumi"), args, { cwd, env, encoding: "utf8" });
  expect(ran.stderr).toBe("");
  return ran.stdout;
}
const configOf = (stage: string): string => `config=${join(places.config, `${stage}.yaml`)}\n`;

test.each([
  [["preview", "--stack", "dev"], "dev"],
  [["up", "--yes", "--stack=staging", "-m", "a message --stack dev"], "staging"],
  [["-s", "organization/shop/dev", "refresh"], "dev"],
  [["destroy", "-sstaging"], "staging"],
  [["config", "get", "shop:x", "-s", "dev"], "dev"],
  [["down", "-s", "dev"], "dev"],
  [["dn", "-s", "dev"], "dev"],
  [["update", "-s", "dev"], "dev"],
  [["pre", "-s", "dev"], "dev"],
])("%j uses that stage's own configuration, and passes every word on", (args, stage) => {
  const out = pulumi(args);
  expect(out).toContain(`engine${args.map((arg) => ` [${arg}]`).join("")}\n`);
  expect(out).toContain(configOf(stage));
  expect(out).toContain("providers=cloudflare:4711");
});

test.each(
  Object.keys(fileCommands),
)("stack %s works in a throw-away project, where no stack file of the team can be lost", (name) => {
  expect(pulumi(["stack", name, "dev", "--yes"])).toMatch(
    new RegExp(`^node .*\\[stack\\] \\[${name}\\] \\[dev\\] \\[--yes\\]\n`),
  );
});

test("without --stack the selected stack counts, and PULUMI_STACK before it", () => {
  const sha1 = createHash("sha1").update(join(places.root, "Pulumi.yaml")).digest("hex");
  const file = join(places.home, "workspaces", `shop-${sha1}-workspace.json`);
  write(
    file,
    `{\n    "stacks": {\n        "https://api.pulumi.com": "other/shop/prod",\n        "${stateUrlOf(places)}": "organization/shop/staging"\n    }\n}`,
  );
  expect(pulumi(["preview"])).toContain(configOf("staging"));
  expect(pulumi(["preview"], { PULUMI_STACK: "dev" })).toContain(configOf("dev"));
});

test("it works from a folder inside the project, and keeps out of other projects", () => {
  mkdirSync(join(places.root, "src"));
  expect(pulumi(["preview", "-s", "dev"], {}, join(places.root, "src"))).toContain(configOf("dev"));
  expect(pulumi(["preview", "-s", "dev"], {}, tmpdir())).toContain("config=\n");
  expect(pulumi(["-C", "/", "preview", "-s", "dev"])).toContain("config=\n");
  expect(pulumi(["-C", places.root, "preview", "-s", "dev"], {}, "/")).toContain(configOf("dev"));
});

test("it works through a symbolic link to the project, and the engine sees the folder itself", () => {
  const link = `${places.root} link`;
  symlinkSync(places.root, link);
  mkdirSync(join(places.root, "src"));
  executable(
    join(places.root, "engine"),
    `#!/bin/sh\npwd -L; echo "config=\${PULUMI_OPTION_CONFIG_FILE:-}"\n`,
  );
  try {
    const by = (args: readonly string[], cwd: string): string => pulumi(args, { PWD: cwd }, cwd);
    expect(by(["preview", "-s", "dev"], link)).toBe(`${places.root}\n${configOf("dev")}`);
    expect(by(["preview", "-s", "dev"], join(link, "src"))).toBe(
      `${join(places.root, "src")}\n${configOf("dev")}`,
    );
    expect(by(["-C", link, "preview", "-s", "dev"], "/")).toContain(configOf("dev"));
    expect(by(["-C", "/nowhere", "preview", "-s", "dev"], "/")).toContain("config=\n");
  } finally {
    rmSync(link);
  }
});

test("with another backend it stays out of the way and gives the user's own Pulumi home back", () => {
  const out = pulumi(["up", "--stack", "dev"], { PULUMI_BACKEND_URL: "s3://team", PULUMI_HOME: places.home });
  expect(out).toBe("engine [up] [--stack] [dev]\nconfig=\nproviders=\nhome=\n");
});

test.each([
  [["up", "--debug", "--stack", "dev"], {}],
  [["preview", "-s", "dev", "-d"], {}],
  [["up", "--stack", "dev", "--debug"], { PULUMI_BACKEND_URL: "s3://team" }],
])("the program hears of the engine's debug output in %j", (args, env) => {
  expect(pulumi(args, env)).toContain("\ndebug\n");
  expect(pulumi(["up", "--stack", "dev", "-m", "no --debugging"], env)).not.toContain("debug\n");
});

test("a configuration file that the user names wins", () => {
  expect(pulumi(["preview", "-s", "dev"], { PULUMI_OPTION_CONFIG_FILE: "mine.yaml" })).toContain(
    "config=mine.yaml\n",
  );
});

test.each([
  ["the stack does not exist", () => rmSync(join(places.state, ".pulumi"), { recursive: true })],
  ["the stack file is newer", () => utimesSync(join(places.root, "Pulumi.dev.yaml"), 9e9, 9e9)],
  ["there is no configuration yet", () => rmSync(join(places.config, "dev.yaml"))],
  [
    "the embedded process is down",
    () => write(join(places.embedded, "connection.json"), connection(2 ** 22 + 1)),
  ],
  [
    "the embedded process's number is somebody else's",
    () => write(join(places.embedded, "connection.json"), connection(process.pid)),
  ],
])("when %s the stage is prepared first", (_when, spoil) => {
  spoil();
  const out = pulumi(["preview", "--stack", "dev"]);
  const stackTs = join(places.code, "toolchain", "stacks", "stack.ts");
  expect(out).toContain(
    `node [${stackTs}] [${places.root}] [dev] [${join(places.root, "engine")}] [prepare]\n`,
  );
  expect(out).toContain("engine [preview] [--stack] [dev]\n");
});

test.each([
  ["stack", "init", "dev"],
  ["stack", "rm", "dev", "--yes"],
  ["stack", "rename", "x"],
  ["stack", "change-secrets-provider", "passphrase"],
])("stack %s %s never reaches the team's stack files", (...args) => {
  const out = pulumi(args.filter((arg) => arg !== undefined));
  expect(out).toMatch(/^node \[.*stack\.ts\]/);
  expect(out).not.toMatch(/^engine/m);
});

test("what only looks at stacks needs no stage made ready, and selecting one does", () => {
  write(join(places.embedded, "connection.json"), connection(2 ** 22 + 1));
  for (const args of [
    ["stack", "ls"],
    ["stack", "output", "-s", "dev"],
    ["stack", "export"],
    ["state", "unprotect", "x"],
    ["cancel"],
  ])
    expect(pulumi(args)).not.toContain("node [");
  expect(pulumi(["stack", "select", "staging"])).toContain("[staging]");
  expect(pulumi(["stack", "select", "staging"])).toContain("[prepare]");
});

test("only a stack that is locked has its lock looked at", () => {
  const lock = (stage: string): string =>
    join(places.state, ".pulumi/locks/organization/shop", stage, "a.json");
  write(lock("staging"), "{}");
  expect(pulumi(["up", "-s", "dev"])).not.toContain("stale-lock.ts");
  write(lock("dev"), "{}");
  const out = pulumi(["up", "-s", "dev"]);
  expect(out).toContain(
    `node [${join(places.code, "toolchain", "stacks", "stale-lock.ts")}] [dev] [${places.root}]\n`,
  );
  expect(out).toContain("engine [up] [-s] [dev]\n");
  expect(pulumi(["up", "-s", "dev"], { PULUMI_BACKEND_URL: "s3://team" })).not.toContain("stale-lock.ts");
});

test("only an up of a stage where a `just dev` has left its note looks what it left", () => {
  const asked = `node [${join(places.code, "cli", "dev", "put-back.ts")}] [dev] [${places.root}]\n`;
  expect(pulumi(["up", "-s", "dev"])).not.toContain("put-back.ts");
  write(join(places.root, ".lockstep", "dev", "dev", "4711.json"), "{}");
  for (const up of [["up"], ["update", "--yes"]]) {
    const out = pulumi([...up, "-s", "dev"]);
    expect(out.indexOf(asked), out).toBeGreaterThanOrEqual(0);
    expect(out.indexOf("engine [up")).toBeGreaterThan(out.indexOf(asked));
  }
  for (const other of ["preview", "refresh", "config"])
    expect(pulumi([other, "-s", "dev"])).not.toContain("put-back.ts");
  expect(pulumi(["up", "-s", "staging"])).not.toContain("put-back.ts");
  expect(pulumi(["up", "-s", "dev"], { PULUMI_BACKEND_URL: "s3://team" })).not.toContain("put-back.ts");
});

test("commands without a stack go straight to the engine", () => {
  expect(pulumi(["version"])).toContain("engine [version]\nconfig=\n");
  expect(existsSync(join(places.config, "version.yaml"))).toBe(false);
});
