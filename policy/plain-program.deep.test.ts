import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type ThrowAway, throwAway } from "../harness/throw-away.ts";
import { rules } from "./rules/all.ts";
import { broken } from "./testing/broken.ts";

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
});
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
  expect(mended.out).toContain("10 unchanged");
  expect(mended.code, mended.out).toBe(0);
  writeFileSync(file, JSON.stringify({ "plan-limits": { plan: "gratis" } }));
  const wrong = await preview({}, "--policy-pack-config", file);
  expect(wrong.code).not.toBe(0);
  expect(wrong.out).toMatch(/plan/);
});

test("a state file is judged without its stack, and each rule finds what breaks it", async () => {
  const file = join(plain.folder, "state.json");
  await pulumi("stack", "export", "--file", file);
  const analyzed = async () => {
    const args = ["policy", "analyze", "--file", file, "--policy-pack", import.meta.dirname, "--json"];
    const { code, out } = await plain.run("pulumi", args, environment);
    const events = out
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [event.parse(JSON.parse(line))] : []));
    return { code, found: events.flatMap(({ policyEvent }) => policyEvent?.policyName ?? []) };
  };
  const kept = await analyzed();
  expect(kept.found).toEqual([]);
  expect(kept.code).toBe(0);

  const state = exported.parse(JSON.parse(readFileSync(file, "utf8")));
  const [stack] = state.deployment.resources;
  const bad = broken.map(([type, name, props]) => ({
    urn: `urn:pulumi:prod::plain::${type}::broken ${name}`,
    custom: true,
    id: name,
    type,
    inputs: props,
    outputs: props,
  }));
  state.deployment.resources = [stack, ...bad];
  writeFileSync(file, JSON.stringify(state));
  const { code, found } = await analyzed();
  // The option that deletes first is in no state, and where data lies is a promise that not everybody has made.
  // The last one asks the account what a token may do: nobody is asked here.
  const silent = ["no-delete-before-replace", "place-is-said", "token-is-narrow"];
  const expected = rules.filter(({ id, needsProject }) => needsProject !== true && !silent.includes(id));
  expect([...new Set(found)].toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
  expect(code).not.toBe(0);
});

const event = z.looseObject({ policyEvent: z.looseObject({ policyName: z.string() }).optional() });
const exported = z.looseObject({ deployment: z.looseObject({ resources: z.array(z.unknown()) }) });
