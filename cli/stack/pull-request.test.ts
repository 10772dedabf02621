import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { system } from "../../src/declare/index.ts";
import { defineProject } from "../../src/project/project.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { withPullRequest } from "./pull-request.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep pr "));
  writeFileSync(
    join(root, "Pulumi.dev.yaml"),
    "encryptionsalt: v1:x\nconfig:\n  lockstep:systems: [shop]\n  lockstep:rollout: {}\n  lockstep:secrets: { KEY: { secure: v1:y } }\n  cloudflare:accountId: 023e105f4ecef8ad9ca31a8372d0c353\n",
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const project = defineProject({
  systems: [system("shop", [])],
  stages: [{ name: "dev" }],
  pullRequests: { leaseHours: 2 },
});
const noon = new Date("2026-12-01T12:00:00.000Z");
const at = (words: readonly string[], now = noon, of = project) =>
  withPullRequest(words, { root, folder: root, project: of }, now).stages.map(({ name }) => name);
const file = (name: string): string => join(root, `Pulumi.${name}.yaml`);

test("the first up makes a stack file: the systems of the stage that it is like, a lease, and no secret, account or rollout of it", () => {
  expect(at(["up", "pr-12", "--yes"])).toEqual(["dev", "pr-12"]);
  expect(configValues(file("pr-12"))).toEqual({
    "lockstep:systems": ["shop"],
    "lockstep:lease": "2026-12-01T14:00:00Z",
  });
});

test("each up renews the lease, and leaves the rest of the file to whoever wrote it", () => {
  at(["up", "pr-12"]);
  writeFileSync(
    file("pr-12"),
    `encryptionsalt: v1:own\n${readFileSync(file("pr-12"), "utf8")}  lockstep:smoke: true\n`,
  );
  at(["status", "pr-12"], new Date("2026-12-01T13:00:00Z"));
  expect(configValues(file("pr-12"))["lockstep:lease"]).toBe("2026-12-01T14:00:00Z");
  at(["up", "pr-12"], new Date("2026-12-01T13:00:00Z"));
  expect(configValues(file("pr-12"))).toMatchObject({
    "lockstep:lease": "2026-12-01T15:00:00Z",
    "lockstep:smoke": true,
  });
  expect(readFileSync(file("pr-12"), "utf8")).toContain("encryptionsalt: v1:own\n");
});

test("a deploy makes the stage and renews it as an up does, and a saved plan is applied to the configuration that it is of", () => {
  at(["deploy", "pr-12", "--save-plan", "next.plan"]);
  const saved = readFileSync(file("pr-12"), "utf8");
  const later = new Date("2026-12-01T13:00:00Z");
  at(["deploy", "pr-12", "--plan", "next.plan", "--confirm", "0123456789ab"], later);
  at(["up", "pr-12", "--plan=next.plan", "--confirm", "0123456789ab"], later);
  expect(readFileSync(file("pr-12"), "utf8")).toBe(saved);
  at(["deploy", "pr-12", "--yes"], later);
  expect(configValues(file("pr-12"))["lockstep:lease"]).toBe("2026-12-01T15:00:00Z");
});

test("a look at a stage makes no file, and another word is no stage", () => {
  expect(at(["outputs", "pr-12"])).toEqual(["dev", "pr-12"]);
  expect(at(["up", "pr-"])).toEqual(["dev"]);
  expect(at(["up", "dev"])).toEqual(["dev"]);
  const without = defineProject({ systems: [], stages: [{ name: "dev" }] });
  expect(at(["up", "pr-12"], noon, without)).toEqual(["dev"]);
  expect(existsSync(file("pr-12"))).toBe(false);
});
