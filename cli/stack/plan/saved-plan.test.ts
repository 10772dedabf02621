import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import project from "../../../project.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { checkSaved, digestOfPlan, toldSaved } from "./saved-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep saved plan "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stage = (name: string) => {
  const found = project.stages.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const file = join(folder, "a plan.json");
const madeFrom = "f".repeat(64);
const write = (urn: string): void =>
  writeFileSync(file, JSON.stringify({ resourcePlans: { [urn]: { steps: ["create"] } } }), { mode: 0o644 });

test("a plan of prod is applied with the digest that was shown, or its first twelve digits, and with no other", () => {
  write("urn:pulumi:prod::lockstep::cloudflare:index/queue:Queue::dome/x");
  const digest = digestOfPlan(file, madeFrom);
  for (const confirmed of [digest, digest.slice(0, 12), digest.toUpperCase()])
    expect(() => checkSaved(file, confirmed, madeFrom, stage("prod")), confirmed).not.toThrow();
  for (const confirmed of [undefined, "", digest.slice(0, 11), `${digest.slice(0, 11)}x`, `0${digest}`])
    expect(() => checkSaved(file, confirmed, madeFrom, stage("prod")), String(confirmed)).toThrow(
      /--save-plan <file>/,
    );
  write("urn:pulumi:prod::lockstep::cloudflare:index/queue:Queue::dome/y");
  expect(() => checkSaved(file, digest, madeFrom, stage("prod"))).toThrow(/not the plan that was confirmed/);
});

test("a plan is another one once a file or the configuration it was made from is, whatever git ignores", () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep made from "));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("src/a.ts", "1");
  put("Pulumi.prod.yaml", "config: {}");
  put(".lockstep/config/prod.yaml", "config: {}");
  const now = (): string => fingerprintOf(root, join(root, ".lockstep/config/prod.yaml"));
  const before = now();
  put("node_modules/x/index.js", "1");
  put(".lockstep/cache", "1");
  put("prod.plan", "1");
  expect(now()).toBe(before);
  for (const path of ["src/a.ts", "src/b.ts", ".lockstep/config/prod.yaml"]) {
    const last = now();
    put(path, `changed ${path}`);
    expect(now(), path).not.toBe(last);
  }
  rmSync(root, { recursive: true, force: true });
});

test("a plan of another stage, a file that is none, and one that is not there are refused", () => {
  write("urn:pulumi:staging::lockstep::cloudflare:index/queue:Queue::dome/x");
  expect(() => checkSaved(file, digestOfPlan(file, madeFrom), madeFrom, stage("prod"))).toThrow(
    /no plan of prod/,
  );
  expect(() => checkSaved(file, undefined, madeFrom, stage("staging"))).not.toThrow();
  writeFileSync(file, "[]");
  expect(() => checkSaved(file, digestOfPlan(file, madeFrom), madeFrom, stage("prod"))).toThrow(
    /This is no plan/,
  );
  expect(() => checkSaved(join(folder, "none"), "0".repeat(64), madeFrom, stage("prod"))).toThrow(
    /no such plan/,
  );
});

test("who saves a plan is told how exactly it is applied, on the same target", () => {
  write("urn:pulumi:prod::lockstep::cloudflare:index/queue:Queue::dome/x");
  const told = toldSaved(file, madeFrom, stage("prod"), {
    stage: "prod",
    real: true,
    caller: "npx",
    shell: "npx",
  });
  const digest = digestOfPlan(file, madeFrom);
  expect(told).toContain(
    `npx lockstep up prod --target cloudflare --plan '${file}' --confirm ${digest.slice(0, 12)}\n`,
  );
});
