import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backup } from "./backup.ts";

/** A stand-in for pulumi whose every stack holds one resource, and which never comes back from an import where `hang` is there. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-backup-"));
  writeFileSync(join(root, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  const state = '{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:dev::shop::a::b"}]}}';
  const script = `#!/bin/sh
case "$2" in export) echo '${state}' ;; import) while [ -e '${root}/hang' ]; do sleep 0.05; done ;; esac
`;
  writeFileSync(join(root, "pulumi"), script);
  chmodSync(join(root, "pulumi"), 0o755);
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));

const run = () => ({ root, env: { ...process.env, PATH: `${root}:${process.env["PATH"]}` } });
const now = new Date("2026-01-02T03:04:05.678Z");
const written = (): readonly string[] => readdirSync(join(root, "backups")).sort();

test("a backup gets its name when it was opened; the next of the same second is refused", async () => {
  expect(await backup("dev", "backups", run(), now)).toMatchObject({ resources: 1 });
  await expect(backup("dev", "backups", run(), now)).rejects.toThrow(
    /No backup was written[\s\S]*same second/,
  );
  expect(written()).toEqual(["dev-2026-01-02T030405Z.json"]);
});

test("a run that is killed before it has opened the file leaves nothing that looks like a backup", async () => {
  writeFileSync(join(root, "hang"), "");
  const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, "backup.ts")).href);
  const code = `const { backup } = await import(${module});
    await backup("dev", "backups", { root: ${JSON.stringify(root)}, env: process.env });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    env: run().env,
    stdio: "ignore",
  });
  const ended = once(child, "close");
  await expect.poll(() => readdirSync(root)).toContain("backups");
  await expect.poll(written).not.toEqual([]);
  child.kill("SIGKILL");
  await ended;
  rmSync(join(root, "hang"));
  expect(written().filter((name) => name.endsWith(".json"))).toEqual([]);
});
