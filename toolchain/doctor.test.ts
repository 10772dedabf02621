import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { packageRoot } from "./package-root.ts";

const findings = z.array(
  z.object({ tool: z.string(), state: z.string(), version: z.string(), note: z.string() }),
);
type Findings = z.infer<typeof findings>;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep doctor "));
  for (const part of ["toolchain", "src/diagnostic", "src/files", "package-lock.json", "package.json"])
    cpSync(join(packageRoot, part), join(root, part), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function executable(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(root, path), 0o755);
}

function doctor(): { readonly status: number | null; readonly found: Findings } {
  const ran = spawnSync(process.execPath, [join(root, "toolchain", "doctor.ts"), "--json"], {
    encoding: "utf8",
    env: { PATH: join(root, "path"), HOME: root, LOCKSTEP_CACHE: join(root, "cache") },
  });
  expect(ran.stderr).toBe("");
  return { status: ran.status, found: findings.parse(JSON.parse(ran.stdout)) };
}
const stateOf = (found: Findings, tool: string): string | undefined =>
  found.find((f) => f.tool === tool)?.state;

test("a clone in which nothing is installed is described, not stumbled over", () => {
  const { status, found } = doctor();
  expect(status).toBe(1);
  for (const tool of [
    "Node 24",
    "just",
    "packages",
    "Pulumi engine",
    "Pulumi SDK",
    "workerd",
    "embedded Cloudflare",
  ])
    expect(stateOf(found, tool), tool).toBe("missing");
  expect(stateOf(found, "Go")).toBe("absent");
});

test("a program that is there and does not run is missing, with its words", () => {
  executable("node_modules/workerd/bin/workerd", "echo 'no such library' >&2; exit 127");
  executable("node_modules/node/bin/node", "echo v24.21.0");
  const { found } = doctor();
  expect(found.find(({ tool }) => tool === "workerd")).toMatchObject({
    state: "missing",
    note: expect.stringMatching(/does not run .*npm ci/),
  });
  expect(found.find(({ tool }) => tool === "Node 24")).toMatchObject({ state: "ok", version: "24.21.0" });
});

test("a pulumi on PATH that is not used is named with the reason", () => {
  executable("path/pulumi", "echo v3.100.0");
  const { found } = doctor();
  expect(found.find(({ tool }) => tool === "pulumi")?.note).toContain("3.100.0, older than");
  expect(stateOf(found, "Pulumi engine")).toBe("missing");
});
