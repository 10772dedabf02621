import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** A stand-in for pulumi that says how it was called, and that ends by SIGINT only. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-pulumi-"));
  const script = `#!/bin/sh
trap 'echo canceled; exit 7' INT
trap '' TERM
if [ "$1" = config ]; then echo "$*"; cat; echo; exit; fi
echo ready; while :; do sleep 0.05; done
`;
  writeFileSync(join(folder, "pulumi"), script);
  chmodSync(join(folder, "pulumi"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const moduleUrl = (name: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);

function start(code: string) {
  const run = `{ root: ${JSON.stringify(folder)}, env: process.env }`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", `const run = ${run};\n${code}`], {
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
  });
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      out += chunk.toString("utf8");
    });
  const ended = once(child, "close").then(([exit]) => ({ code: Number(exit), out }));
  return { child, said: () => out, ended };
}

test("a SIGTERM lets pulumi finish its step and is waited for", async () => {
  const { child, said, ended } = start(
    `const { pulumi } = await import(${moduleUrl("pulumi.ts")}); process.exitCode = await pulumi(["up"], run);`,
  );
  await expect.poll(said).toContain("ready");
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 7, out: "ready\ncanceled\n" });
});

const secret = `const { setSecret } = await import(${moduleUrl("../secrets/secret.ts")});
  const dev = { name: "dev" };
  const env = { KEY: { kind: "secret", secret: "key" } };
  const systems = [{ name: "s", resources: [{ kind: "worker", name: "api", env }] }];
  process.exitCode = await setSecret(dev, "key", [], run, { interactive: false }, systems).catch((error) => {
    process.stderr.write(error.message);
    return 1;
  });`;

test("a secret comes from standard input, where an empty one is a mistake", async () => {
  const set = start(secret);
  set.child.stdin.end("of a pipe");
  const { code, out } = await set.ended;
  expect(code, out).toBe(0);
  expect(out).toContain('config set --secret --path lockstep:secrets["key"] --stack dev\nof a pipe\n');
  expect(out).toContain("key is set for dev");
  for (const nothing of ["", "\n"]) {
    const { child, ended } = start(secret);
    child.stdin.end(nothing);
    const refused = await ended;
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^A secret needs a value/);
  }
});
