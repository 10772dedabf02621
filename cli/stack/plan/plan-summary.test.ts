import { expect, test } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { variablesText } from "../../../src/reality/variable-text.ts";
import { type PlanDigest, planDigest } from "./plan-digest.ts";
import { planSummary } from "./plan-summary.ts";

const version = "cloudflare:index/workerVersion:WorkerVersion";
const deployment = "cloudflare:index/workersDeployment:WorkersDeployment";
const migrations = "pulumi-nodejs:dynamic/lockstep:Migrations";

const step = (
  op: string,
  type: string,
  name: string,
  before?: object,
  after?: object,
  paths: readonly string[] = [],
) => ({
  op,
  urn: `urn:pulumi:prod::lockstep::lockstep:index:Worker$${type}::${name}`,
  ...(before !== undefined && { oldState: { type, inputs: before } }),
  ...(after !== undefined && { newState: { type, inputs: after } }),
  detailedDiff: Object.fromEntries(paths.map((path) => [path, { kind: "update" }])),
});
const plan = (steps: readonly object[], changeSummary = {}, ...messages: readonly string[]): PlanDigest =>
  planDigest.parse({ steps, changeSummary, diagnostics: messages.map((message) => ({ message })) });
test("a plan on one screen", () => {
  const before = { bindings: "[secret]", modules: [{ name: "index.js" }] };
  const after = before;
  expect(
    planSummary(
      "prod",
      plan(
        [
          step(
            "update",
            migrations,
            "dome/silo/expand",
            { files: { "0001_a.sql": "1" }, phase: "expand" },
            { files: { "0001_a.sql": "1", "0002_b.sql": "2", "0003_c.sql": "3" }, phase: "expand" },
          ),
          step("create-replacement", version, "dome/api", before, after, [
            "modules[0].contentSha256",
            "bindings[1].text",
            "bindings[2].text",
          ]),
          step("replace", version, "dome/api", before, after),
          step("delete-replaced", version, "dome/api", before),
          step(
            "update",
            deployment,
            "dome/api",
            {},
            {
              versions: [
                { versionId: "2f0d7f3e-6f0b", percentage: 90 },
                { versionId: unknownValue, percentage: 10 },
              ],
            },
          ),
          step("delete", "cloudflare:index/queue:Queue", "dome/old"),
          step("same", "cloudflare:index/d1Database:D1Database", "dome/silo", {}, {}),
        ],
        { update: 2, replace: 1, delete: 1, same: 12 },
        "dome/silo: 2 files\n",
        variablesText({
          worker: "dome/api",
          changed: ['LEVEL: "info" → "debug"', "STRIPE: secret, changed"],
          unchangedSecrets: ["MAIL"],
        }),
      ),
    ),
  ).toBe(
    `Plan for prod: 2 to change, 1 to replace, 1 to delete, 12 unchanged
Migrations:
  dome/silo: 0002_b.sql, 0003_c.sql
Deleted and replaced:
  delete dome/old (Queue)
  replace 1 WorkerVersion: new code or settings
What differs of new versions:
  dome/api: bindings, modules
Variables:
  dome/api LEVEL: "info" → "debug"
  dome/api STRIPE: secret, changed
  dome/api secrets that stay: MAIL
Traffic:
  dome/api: 2f0d7f3e 90 %, new version 10 %
`,
  );
});

test("however much changes, it fits on a screen of 24 lines, and what is left out is counted", () => {
  const names = Array.from({ length: 40 }, (_, i) => `V${i}`);
  const steps = names.flatMap((name) => [
    step("delete", "cloudflare:index/queue:Queue", `s/${name}`),
    step("update", migrations, `s/${name}`, { files: {} }, { files: { "0001_a.sql": "1" } }),
    step("create-replacement", version, `s/${name}`, {}, {}, ["bindings[0].text"]),
    step("create", deployment, `s/${name}`, undefined, { versions: [{ percentage: 100 }] }),
  ]);
  const told = names.map((name) =>
    variablesText({ worker: `s/${name}`, changed: ["A: gone, was 1"], unchangedSecrets: [] }),
  );
  const lines = planSummary("prod", plan(steps, { create: 80, update: 40, delete: 40 }, ...told))
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThanOrEqual(22); // with an empty line and the question: 24
  expect(lines.filter((line) => /^ {2}and \d+ more, in the full diff$/.test(line))).toHaveLength(5);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("a squashed file is told as what it is: no up of a stage that has its files runs it", () => {
  const files = { "0003_squashed.sql": "sha256:1 in the place of 3 files, 2 stmts: CREATE TABLE a" };
  expect(
    planSummary(
      "prod",
      plan([step("update", migrations, "s/a/expand", { files: { "0001_a.sql": "1" } }, { files })]),
    ),
  ).toContain("  s/a: 0003_squashed.sql (in the place of 3 files)\n");
});

test("a plan without a change says so", () => {
  expect(planSummary("prod", plan([step("same", version, "dome/api", {}, {})], { same: 1 }))).toBe(
    "Plan for prod: nothing changes\n",
  );
});
