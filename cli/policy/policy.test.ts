import { expect, test } from "vitest";
import { packOf } from "../../policy/pack-options.ts";
import { d1, queue, secret, system, worker } from "../../src/declare/index.ts";
import { signatureKey } from "../../src/engine/property-values.ts";
import { defineProject } from "../../src/project/project.ts";
import { requestOf } from "./policy.ts";
import { reportOf } from "./report.ts";
import { asSarif } from "./sarif.ts";
import { declaredStack, exportedStack } from "./seen.ts";
import { asJson, asText } from "./text.ts";

const orders = d1("orders");
const jobs = queue("jobs");
const api = worker("api", {
  main: "api.ts",
  compatibilityDate: "2026-06-01",
  previewUrls: true,
  env: { DB: orders, JOBS: jobs, FROM: "changeme", KEY: secret("key") },
  consumes: [{ queue: jobs }],
});
const project = defineProject({
  systems: [system("shop", [orders, jobs, api])],
  stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true }],
});
const pack = packOf({ project, today: "2026-11-30" });
const [dev, prod] = project.stages;
if (dev === undefined || prod === undefined) throw new Error("the project has two stages");

test("what is declared is judged by the stage that it is for", async () => {
  const reports = [];
  for (const stage of [dev, prod])
    reports.push(
      reportOf(await declaredStack(project, stage, import.meta.dirname), stage, "what is declared", pack),
    );
  const found = reports.map(({ judgements }) =>
    judgements.map(({ rule, outcome }) => `${outcome} ${rule.id}`),
  );
  expect(found).toEqual([
    [],
    [
      "mandatory no-preview-urls",
      "advisory no-workers-dev",
      "mandatory no-placeholders",
      "advisory consumers-have-dead-letters",
      "advisory workers-are-alarmed",
    ],
  ]);
  const [, report] = reports;
  if (report === undefined) throw new Error("no report");

  const text = asText(report, pack);
  expect(text).toMatch(/^prod: \d+ rules over \d+ resources of what is declared\n/);
  expect(text).toMatch(/\nno-placeholders +mandatory +1 refused\n/);
  expect(text).toMatch(/\nzone-is-encrypted +mandatory +nothing to judge\n/);
  expect(text).toMatch(/\n2 refused, 3 warned of\.\n$/);
  for (const line of text.split("\n")) expect([line, line.length <= 80]).toEqual([line, true]);

  expect(JSON.parse(asJson(report, pack))).toMatchObject({
    stage: "prod",
    findings: [
      { rule: "no-preview-urls", severity: "high", urn: expect.stringContaining("::shop/api") },
      {},
      {},
      {},
      {},
    ],
  });
  const [run] = JSON.parse(asSarif(report, pack, "project.ts")).runs;
  expect(run.results).toHaveLength(5);
  for (const { ruleId, ruleIndex, level } of run.results) {
    expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(level).toMatch(/^(error|warning)$/);
  }
});

test("of a state that is exported, an encrypted value is one that cannot be told", () => {
  const type = "cloudflare:index/workerVersion:WorkerVersion";
  const sealed = { [signatureKey]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
  const resource = (bindings: unknown) => ({
    urn: `urn:pulumi:prod::lockstep::${type}::shop/api`,
    inputs: { compatibilityDate: "2026-06-01", bindings },
  });
  const of = (bindings: unknown) => {
    const stack = exportedStack(JSON.stringify({ deployment: { resources: [resource(bindings)] } }));
    return reportOf(stack, prod, "state.json", pack);
  };
  const readable = of([
    { name: "FROM", type: "plain_text", text: "changeme" },
    { name: "KEY", type: "secret_text", text: sealed },
  ]);
  expect(readable.judgements.map(({ rule, outcome }) => `${outcome} ${rule.id}`)).toEqual([
    "mandatory no-placeholders",
  ]);
  const all = of(sealed);
  expect(new Set(all.judgements.map(({ outcome }) => outcome))).toEqual(new Set(["cannotTell"]));
  expect(asText(all, pack)).toMatch(/0 refused, 0 warned of, \d that cannot be told here\./);
});

test.each([
  ["production"],
  ["dev", "prod"],
  ["--json", "--sarif"],
  ["--state"],
  ["--csv"],
])("%s is refused with what can be typed", (...args) => {
  expect(() => requestOf(args, project)).toThrow(/dev, prod|policy \[<stage>\] \[--json \| --sarif\]/);
});
