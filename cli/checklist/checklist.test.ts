import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import project from "../../project.ts";
import type { FactsOfStage } from "./facts.ts";
import { items, phases } from "./items.ts";
import { requestOf } from "./request.ts";
import { type Signature, sign, signaturesFile, signaturesIn } from "./signatures.ts";
import { asMarkdown, asText } from "./text.ts";
import { checksOf, type Releases, ticked } from "./ticked.ts";

const releases: Releases = {
  ...{ before: "f1", during: "v1", after: "v1", rollback: "v1", weekly: "2026-11-30", monthly: "2026-11" },
};

/** Of a stage of which nothing is up. */
const nothing: FactsOfStage = {
  now: new Date("2026-11-30T12:00:00Z"),
  up: async () => undefined,
  errors: async () => [],
  refused: async () => ["no-plain-secrets of shop/api"],
  smoke: async () => [{ url: "https://a.example/health", ok: false, said: "HTTP 503" }],
  before: async () => ({ name: "staging", isUp: false, answers: [] }),
  backup: async () => ({ isProven: false, said: "there is no backup" }),
  day: async () => [],
  deployments: async () => [],
};

const signature = (item: string, phase: Signature["phase"], release: string): Signature => ({
  ...{ item, phase, release, by: "Mia", at: "2026-11-30T11:00:00.000Z", checks: {} },
});

test("every phase of the seed is there, and each item is signed by one name alone", () => {
  expect(new Set(items.map(({ phase }) => phase))).toEqual(new Set(phases));
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
});

test("a check ticks or refuses, what cannot be looked at ticks nothing, and a person's item is open until it is signed for this release", async () => {
  const signatures = [
    signature("tests", "before", "f1"),
    signature("security", "before", "f0"),
    signature("user-flows", "during", "v1"),
  ];
  const all = await ticked(["before", "during"], nothing, signatures, releases);
  const states = Object.fromEntries(all.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({
    ...{ tests: "done", security: "open", documentation: "open", "user-flows": "done" },
    ...{ validates: "done", policies: "failed", "stage-before": "failed", backup: "failed" },
    ...{ errors: "unknown", smoke: "failed", figures: "unknown" },
  });
  expect(all.find(({ id }) => id === "security")?.said).toContain("signed for something else");
  expect(asText("prod", all)).toContain("✗ smoke            Every worker answers at its smoke path");
  expect(asMarkdown("prod", all)).toContain(
    "- [ ] No policy refuses what is declared **✗**<br>no-plain-secrets of shop/api",
  );
  expect(checksOf(all, "during")).toMatchObject({ smoke: { state: "failed" }, errors: { state: "unknown" } });
});

test("a check that breaks off says why, and hides nothing of the others", async () => {
  const broken = { ...nothing, errors: () => Promise.reject(new Error("no such file\n  at x")) };
  const all = await ticked(["before"], broken, [], releases);
  expect(all.find(({ id }) => id === "validates")).toMatchObject({ state: "unknown", said: "no such file" });
  expect(all.find(({ id }) => id === "policies")?.state).toBe("failed");
});

test("signatures of a real account are kept where git sees them, of the embedded one on this machine; a broken file is no empty one", () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-checklist-"));
  const path = signaturesFile(root, "prod", "cloudflare");
  expect(path).toBe(join(root, "checklists", "prod.json"));
  expect(signaturesFile(root, "prod", "embedded")).toContain(".lockstep");
  expect(signaturesIn(path)).toEqual([]);
  sign(path, signature("tests", "before", "f1"));
  sign(path, signature("tests", "before", "f2"));
  expect(signaturesIn(path).map(({ release }) => release)).toEqual(["f1", "f2"]);
  writeFileSync(path, readFileSync(path, "utf8").slice(0, 40));
  expect(() => signaturesIn(path)).toThrow(/cannot be read/);
  rmSync(root, { recursive: true, force: true });
});

test("what a check ticks is signed by nobody, and nobody signs without a name", () => {
  expect(requestOf(["prod", "--sign", "tests", "--by", " Mia "], project).sign).toMatchObject({
    item: { id: "tests" },
    by: "Mia",
  });
  expect(requestOf(["prod"], project).phases).toEqual(["before", "during", "after", "rollback"]);
  for (const [args, said] of [
    [["prod", "--sign", "smoke", "--by", "Mia"], /ticked by a check/],
    [["prod", "--sign", "nothing", "--by", "Mia"], /no such item/],
    [["prod", "--sign", "tests"], /Who signs/],
    [["prod", "--by", "Mia"], /no such item/],
    [["prod", "--phase", "never"], /no such phase/],
    [["nowhere"], /no such stage/],
  ] as const)
    expect(() => requestOf(args, project), args.join(" ")).toThrow(said);
});
