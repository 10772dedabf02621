import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ThrowAway, throwAway } from "../harness/throw-away.ts";

/** A program without Lockstep, in its own folder with its own state: only the pack is named to the engine. */
let plain: ThrowAway;
const pulumi = (...args: string[]) =>
  plain.run("pulumi", [...args, "--stack", "prod", "--non-interactive", "--color=never"], environment);
const environment = {
  LOCKSTEP_PROJECT: "",
  PULUMI_CONFIG_PASSPHRASE: "of a test",
  PULUMI_OPTION_POLICY_PACK: join(import.meta.dirname),
};
/** The engine keeps what `--config` says: so each preview says everything. */
const preview = (settings: Readonly<Record<string, string>>, ...args: string[]) => {
  const all = { protect: "true", level: "info", previews: "false", deadLetter: "true", ...settings };
  const config = Object.entries(all).flatMap(([key, value]) => ["--config", `plain:${key}=${value}`]);
  return pulumi("preview", ...config, ...args);
};
const finding = (level: string, rule: string): RegExp => new RegExp(`\\[${level}\\] .*${rule}  `);

beforeAll(async () => {
  plain = await throwAway({
    root: join(import.meta.dirname, "testing", "plain"),
    modules: join(import.meta.dirname, "..", "node_modules"),
    code: () => join(import.meta.dirname, ".."),
  });
  const [account] = plain.embedded.accounts;
  const done = async (...args: string[]): Promise<void> => {
    const { code, out } = await pulumi(...args);
    if (code !== 0) throw new Error(out);
  };
  await done("stack", "init");
  await done("config", "set", "accountId", account?.id ?? "");
  await done("config", "set", "cloudflare:baseUrl", plain.embedded.api);
  await done("config", "set", "--secret", "cloudflare:apiToken", plain.embedded.token);
}, 900_000);
afterAll(() => plain?.remove());

test("a program that keeps the rules is deployed, before and after its stores have ids", async () => {
  const { code, out } = await pulumi("up", "--yes");
  expect(out).toMatch(/Policies:\s+✅ lockstep@v1\.0\.0/);
  expect(out).not.toMatch(/\[(advisory|mandatory)\]/);
  expect(code, out).toBe(0);
});

test("what breaks rules is refused in the preview, all at once, by rule and resource and with the repair", async () => {
  const { code, out } = await preview({
    protect: "false",
    level: "changeme",
    previews: "true",
    deadLetter: "false",
  });
  expect(code, out).not.toBe(0);
  for (const [level, rule, says] of [
    ["mandatory", "data-is-protected", "orders (d1) holds data and is not protected"],
    ["mandatory", "no-placeholders", "api has the variable LEVEL with a value that stands for another"],
    ["mandatory", "no-preview-urls", "api has preview addresses"],
    ["advisory", "consumers-have-dead-letters", "api-jobs has no dead letter queue"],
  ] as const) {
    expect(out).toMatch(finding(level, rule));
    expect(out).toContain(says);
  }
  expect(out).not.toContain("q7Zk2LpX9vRt4WmN8b");
});

test("a file of settings decides on levels, and what it gets wrong is said", async () => {
  const file = join(plain.folder, "policies.json");
  writeFileSync(file, JSON.stringify({ "no-preview-urls": "advisory", "data-is-protected": "disabled" }));
  const softer = await preview({ previews: "true", protect: "false" }, "--policy-pack-config", file);
  expect(softer.out).toMatch(finding("advisory", "no-preview-urls"));
  expect(softer.code, softer.out).toBe(0);
  writeFileSync(file, JSON.stringify({ "no-preview-urls": "remediate" }));
  const mended = await preview({ previews: "true" }, "--policy-pack-config", file, "--diff");
  expect(mended.out).toMatch(/remediate.*no-preview-urls/);
  expect(mended.out).toContain("previewsEnabled: true => false");
  expect(mended.out).toContain("9 unchanged");
  expect(mended.code, mended.out).toBe(0);
  writeFileSync(file, JSON.stringify({ "plan-limits": { plan: "gratis" } }));
  const wrong = await preview({}, "--policy-pack-config", file);
  expect(wrong.code).not.toBe(0);
  expect(wrong.out).toMatch(/plan/);
});

test("a state file is judged without its stack", async () => {
  const file = join(plain.folder, "state.json");
  await pulumi("stack", "export", "--file", file);
  const args = ["policy", "analyze", "--file", file, "--policy-pack", import.meta.dirname];
  const kept = await plain.run("pulumi", args, environment);
  expect(kept.code, kept.out).toBe(0);
  writeFileSync(file, readFileSync(file, "utf8").replaceAll('"protect": true', '"protect": false'));
  const broken = await plain.run("pulumi", args, environment);
  expect(broken.out).toMatch(/data-is-protected/);
  expect(broken.code).not.toBe(0);
});
