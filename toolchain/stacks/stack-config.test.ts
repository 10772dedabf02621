import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { placesOf } from "../project.ts";
import { configValues, mergeConfig, plainValues, refreshStackConfig } from "./stack-config.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep config "));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const refresh = (): string => readFileSync(refreshStackConfig(placesOf(root), "dev"), "utf8");
const stackFile = (text: string): void => writeFileSync(join(root, "Pulumi.dev.yaml"), text);

test("secrets stay out, at any depth, and so do the team's salt and secrets provider", () => {
  stackFile(
    "secretsprovider: awskms://x\nencryptionsalt: v1:x\nconfig:\n  a:plain: 1\n  a:key: { secure: v1:zzz }\n  a:nested:\n    deep: [{ secure: v1:zzz }]\n  a:secure-name: ok\n",
  );
  expect(refresh()).toBe("config:\n  a:plain: 1\n  a:secure-name: ok\n");
  expect(plainValues({ "a:b": { secure: "x", other: 1 } })).toEqual({ "a:b": { secure: "x", other: 1 } });
});

test("a change of the stack file arrives, and what only the embedded stack has set stays", () => {
  stackFile("config:\n  a:one: 1\n  a:two: 2\n");
  const target = refreshStackConfig(placesOf(root), "dev");
  writeFileSync(
    target,
    "config:\n  a:one: 1\n  a:two: mine\n  a:rollout: { w: 10 }\nencryptionsalt: v1:own\n",
  );
  stackFile("config:\n  a:one: 7\n  a:two: 2\n  a:three: 3\n");
  const text = refresh();
  expect(text).toContain("a:one: 7");
  expect(text).toContain("a:two: mine");
  expect(text).toContain("a:three: 3");
  expect(text).toContain("w: 10");
  expect(text).toContain("encryptionsalt: v1:own");
});

test("what the stack file no longer has goes, unless the embedded stack never took it from there", () => {
  expect(mergeConfig({ own: 1, taken: 2 }, { taken: 2, gone: 3 }, {})).toEqual({ own: 1 });
});

test("a stage without a stack file has an empty configuration", () => {
  expect(refresh()).toBe("config: {}\n");
});

test("a text that another reader of YAML takes for something else is in quotes, and comes through as it is", () => {
  const values = {
    "a:on": "on",
    "a:yes": "yes",
    "a:octal": "0o17",
    "a:old": "0123",
    "a:date": "2026-01-01",
    "a:time": "12:30:45",
    "a:million": "1_000",
    "a:binary": "0b11",
    "a:null": "null",
    "a:number": 3,
    "a:lines": "one\ntwo\n",
  };
  stackFile(JSON.stringify({ config: values }));
  const text = refresh();
  for (const [key, value] of Object.entries(values))
    if (typeof value === "string" && key !== "a:lines") expect(text).toContain(`${key}: "${value}"\n`);
  expect(configValues(join(root, ".lockstep/config/dev.yaml"))).toEqual(values);
});

test("a date and a merged map of the stack file arrive as they are written there", () => {
  stackFile("base: &base\n  a:one: 1\nconfig:\n  <<: *base\n  a:day: 2026-01-01\n");
  expect(refresh()).toBe('config:\n  a:one: 1\n  a:day: "2026-01-01"\n');
});

test("a stack file dated in the future does not look newer for ever", () => {
  stackFile("config: {}\n");
  const future = new Date(Date.now() + 3_600_000);
  utimesSync(join(root, "Pulumi.dev.yaml"), future, future);
  refresh();
  expect(readFileSync(join(root, ".lockstep/config/dev.yaml"), "utf8")).toBe("config: {}\n");
});

test.each([
  "config: [",
  "config: 5\n",
  "- a\n",
])("a stack file that is no stack file is refused by name: %j", (text) => {
  stackFile(text);
  expect(refresh).toThrow(/Pulumi\.dev\.yaml[\s\S]*expected: a Pulumi stack file/);
});

test("a setting that was pasted beside the configuration is refused, not passed over", () => {
  stackFile("config:\n  a:b: c\nlockstep:approvals: []\n");
  expect(refresh).toThrow(/Pulumi\.dev\.yaml[\s\S]*got: +lockstep:approvals\n[\s\S]*two spaces/);
});
