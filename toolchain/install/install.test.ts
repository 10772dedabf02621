import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureInstalled, installState } from "./install.mjs";

let root: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep install "));
  lockfile("1.0.0");
  env = { ...process.env, npm_execpath: join(root, "npm.js") };
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));

function lockfile(version: string): void {
  const packages = {
    "": {},
    "node_modules/a": { version },
    "node_modules/mac": { version: "1.0.0", optional: true },
  };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages }));
}

/** A stand-in for npm that writes what an install leaves, or dies half-way. */
function npm(script = ""): void {
  const text = `const { mkdirSync, writeFileSync, appendFileSync, rmSync } = require("node:fs");
appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
rmSync("node_modules", { recursive: true, force: true });
mkdirSync("node_modules/node/bin", { recursive: true });
${script}
writeFileSync("node_modules/node/bin/node", "");
mkdirSync("node_modules/a");
writeFileSync("node_modules/a/package.json", "{}");
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": {} } }));`;
  writeFileSync(join(root, "npm.js"), text);
}
const calls = (): number =>
  existsSync(join(root, "npm.log")) ? readFileSync(join(root, "npm.log"), "utf8").split("\n").length - 1 : 0;

test("packages are installed once, and again only when the lockfile changes", async () => {
  npm();
  expect(installState(root)).toBe("absent");
  await ensureInstalled(root, env);
  expect(installState(root)).toBe("installed");
  await ensureInstalled(root, env);
  expect(calls()).toBe(1);
  lockfile("1.0.1");
  expect(installState(root)).toBe("outdated");
  await ensureInstalled(root, env);
  expect(calls()).toBe(2);
  expect(readFileSync(join(root, "npm.log"), "utf8")).toMatch(/^ci /);
});

test("an install that died half-way is done again", async () => {
  npm("process.kill(process.pid, 'SIGKILL');");
  await expect(ensureInstalled(root, env)).rejects.toThrow("The packages could not be installed");
  expect(installState(root)).toBe("unfinished");
  npm();
  await ensureInstalled(root, env);
  expect(installState(root)).toBe("installed");
});

test("npm's own words are in the message when it fails", async () => {
  npm(
    "console.error('npm error code E404'); console.error('npm error 404 no such package'); process.exit(1);",
  );
  await expect(ensureInstalled(root, env)).rejects.toThrow(
    /npm error code E404\s+npm error 404 no such package/,
  );
});

test("two at once install once", async () => {
  npm("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);");
  await Promise.all([ensureInstalled(root, env), ensureInstalled(root, env)]);
  expect(calls()).toBe(1);
});

test("what somebody installed with npm by hand is taken as it is, when it agrees with the lockfile", async () => {
  const record = (version: string): void => {
    mkdirSync(join(root, "node_modules/node/bin"), { recursive: true });
    writeFileSync(join(root, "node_modules/node/bin/node"), "");
    mkdirSync(join(root, "node_modules/a"), { recursive: true });
    writeFileSync(join(root, "node_modules/a/package.json"), "{}");
    writeFileSync(
      join(root, "node_modules/.package-lock.json"),
      JSON.stringify({ packages: { "node_modules/a": { version } } }),
    );
  };
  record("0.9.0");
  expect(installState(root)).toBe("unfinished");
  record("1.0.0");
  expect(installState(root)).toBe("installed");
});

test("install scripts that call pulumi find one that does nothing: no network is waited for", async () => {
  npm("require('node:child_process').execFileSync('pulumi', ['plugin', 'install'], { stdio: 'inherit' });");
  const bin = join(root, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "pulumi"), "#!/bin/sh\nsleep 60\n");
  chmodSync(join(bin, "pulumi"), 0o755);
  await ensureInstalled(root, { ...env, PATH: `${bin}:${process.env.PATH}` });
  expect(installState(root)).toBe("installed");
});

test("an interrupted install ends npm and leaves nothing that looks finished", async () => {
  npm(
    "setInterval(() => {}, 1000); require('node:fs').writeFileSync('started', String(process.pid)); return;",
  );
  const stop = new AbortController();
  const installing = ensureInstalled(root, env, stop.signal);
  const poll = setInterval(() => existsSync(join(root, "started")) && stop.abort(), 20);
  await expect(installing).rejects.toThrow();
  clearInterval(poll);
  expect(installState(root)).toBe("unfinished");
});

test.each([
  ["a package is gone", () => rmSync(join(root, "node_modules/a"), { recursive: true })],
  ["npm's record is gone", () => rmSync(join(root, "node_modules/.package-lock.json"))],
  ["npm's record was cut off", () => writeFileSync(join(root, "node_modules/.package-lock.json"), '{"pack')],
])("packages are installed again when %s", async (_what, spoil) => {
  npm();
  await ensureInstalled(root, env);
  spoil();
  expect(installState(root)).toBe("unfinished");
  await ensureInstalled(root, env);
  expect(installState(root)).toBe("installed");
});

test("the user's registry and proxy reach npm; what would make another install of it does not", async () => {
  npm(
    "writeFileSync('npm.env', JSON.stringify(Object.keys(process.env).filter((name) => /^npm_config/i.test(name)).sort()));",
  );
  const foreign = Object.keys(env).filter((name) => /^npm_/i.test(name) && name !== "npm_execpath");
  await ensureInstalled(root, {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.includes(name))),
    NODE_ENV: "production",
    npm_config_registry: "https://mirror.example",
    NPM_CONFIG_HTTPS_PROXY: "http://proxy.example",
    npm_config_cache: "/c",
    npm_config_omit: "dev",
    NPM_CONFIG_IGNORE_SCRIPTS: "true",
    npm_config_global: "true",
    npm_config_prefix: "/elsewhere",
    npm_config_loglevel: "silent",
  });
  expect(JSON.parse(readFileSync(join(root, "npm.env"), "utf8"))).toEqual([
    "NPM_CONFIG_HTTPS_PROXY",
    "npm_config_cache",
    "npm_config_registry",
  ]);
  expect(readFileSync(join(root, "npm.log"), "utf8")).toMatch(/--include=dev .*--no-ignore-scripts/);
});

test("an npm that goes on after its starter was killed is waited for", async () => {
  npm(
    "appendFileSync('turns', 'in '); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500); appendFileSync('turns', 'out ');",
  );
  const turns = join(root, "turns");
  const script = `import { ensureInstalled } from ${JSON.stringify(new URL("install.mjs", import.meta.url).href)};
await ensureInstalled(${JSON.stringify(root)});`;
  const first = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore", env });
  await expect.poll(() => existsSync(turns)).toBe(true);
  first.kill("SIGKILL");
  await once(first, "exit");
  await ensureInstalled(root, env);
  // This npm leaves nothing that agrees with the lockfile, so there is a second one: after the first, not beside it.
  expect(readFileSync(turns, "utf8")).toBe("in out in out ");
});
