import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  analyticsEngine,
  type Binding,
  json,
  perStage,
  rateLimit,
  type System,
  system,
  type Worker,
  type WorkerOptions,
  worker,
  workflow,
} from "../../index.ts";
import { check } from "../index.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-check-bindings-"));
  writeFileSync(join(root, "a.ts"), "");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const plain = (
  name: string,
  options: Partial<WorkerOptions<Readonly<Record<string, Binding>>>> = {},
): Worker => worker(name, { main: "a.ts", compatibilityDate: "2026-01-01", env: {}, ...options });
const refused = (...systems: System[]) =>
  check(systems, { name: "staging", nameSuffix: "-staging" }, { stageNames: ["dev", "staging"], root }).map(
    ({ what, where, got }) => [what, where, got],
  );
const binding = (bound: Binding) => refused(system("s", [plain("w", { env: { IT: bound } })]));

const limit = { namespaceId: "1", limit: 1, periodSeconds: 60 } as const;
const rateLimitRefused = "A rate limit that Cloudflare does not accept";

test("a rate limit has an id that is a number, and a mitigation as long as the period or longer", () => {
  expect(binding(rateLimit(limit))).toEqual([]);
  for (const mitigationSeconds of [0, 60, 86_400])
    expect(binding(rateLimit({ ...limit, mitigationSeconds }))).toEqual([]);
  expect(binding(rateLimit({ ...limit, periodSeconds: 10, mitigationSeconds: 10 }))).toEqual([]);
  for (const namespaceId of ["0", "a", "-1", "1.5", ""])
    expect(binding(rateLimit({ ...limit, namespaceId }))).toEqual([
      [rateLimitRefused, "s/w, env.IT, namespaceId", JSON.stringify(namespaceId)],
    ]);
  for (const mitigationSeconds of [10, 61, 86_460, -60])
    expect(binding(rateLimit({ ...limit, mitigationSeconds }))).toEqual([
      [rateLimitRefused, "s/w, env.IT, mitigationSeconds", String(mitigationSeconds)],
    ]);
  const odd: { periodSeconds: 10 | 60 } = JSON.parse('{"periodSeconds":30}');
  expect(binding(rateLimit({ ...limit, ...odd }))).toEqual([
    [rateLimitRefused, "s/w, env.IT, periodSeconds", "30"],
  ]);
});

test("a value that JSON would leave out or change is refused, with the path to it", () => {
  const what = "A value that JSON cannot hold";
  const circle: { self?: unknown } = {};
  circle.self = [circle];
  for (const value of [null, "", 0, false, [], {}, { a: [{ b: null }], left: undefined }])
    expect(binding(json(value))).toEqual([]);
  const odd: readonly (readonly [value: unknown, where: string, got: string])[] = [
    [undefined, "s/w, env.IT", "undefined"],
    [Number.NaN, "s/w, env.IT", "NaN"],
    [1n, "s/w, env.IT", "a bigint"],
    [{ a: [1, undefined] }, "s/w, env.IT, at a[1]", "undefined"],
    [{ at: { when: new Date(0) } }, "s/w, env.IT, at at.when", "an object of Date"],
    [[new Map()], "s/w, env.IT, at [0]", "an object of Map"],
    [{ run: () => 1 }, "s/w, env.IT, at run", "a function"],
    [circle, "s/w, env.IT, at self[0]", "an object that holds itself"],
  ];
  for (const [value, where, got] of odd) expect(binding(json(value))).toEqual([[what, where, got]]);
});

test("numbers of bindings have limits, as those of resources have", () => {
  const what = "A number that Cloudflare does not accept";
  expect(binding(rateLimit({ ...limit, limit: 0 }))).toEqual([[what, "s/w (worker), limit of env.IT", "0"]]);
  expect(binding(workflow("a", { className: "A", maxSteps: 25_001 }))).toEqual([
    [what, "s/w (worker), maxSteps of env.IT", "25001"],
  ]);
  expect(binding(workflow("a", { className: "A", maxConcurrency: 1.5 }))).toEqual([
    [what, "s/w (worker), maxConcurrency of env.IT", "1.5"],
  ]);
});

test("a text that differs by stage has a value for the stage, and names no stage that does not exist", () => {
  expect(binding(analyticsEngine(perStage({ staging: "a" })))).toEqual([]);
  expect(binding(analyticsEngine(perStage({ dev: "a" })))).toEqual([
    ["A binding's dataset without a value for stage staging", "s/w, env.IT", "values for dev"],
  ]);
  expect(binding(rateLimit({ ...limit, namespaceId: perStage({ staging: "1", prod: "2" }) }))).toEqual([
    ["There is no such stage", "s/w (worker), env.IT", "prod"],
  ]);
});

test("Workflows have names that Cloudflare accepts, and each its own in a stage", () => {
  expect(binding(workflow("a b", { className: "A" }))).toEqual([
    [
      "A name of a Workflow that Cloudflare does not accept",
      "s/w, workflow a b in staging",
      '"a b-staging", from {name}{-stage}',
    ],
  ]);
  expect(binding(workflow("a".repeat(60), { className: "A" }))[0]?.[0]).toBe(
    "A name of a Workflow that Cloudflare does not accept",
  );
  const twice = "Two Workflows with the same name at Cloudflare";
  const one = plain("one", { env: { A: workflow("a", { className: "A" }) } });
  const binder = plain("binder", { env: { A: workflow("a", { className: "A", of: () => one }) } });
  expect(refused(system("s", [one, binder]))).toEqual([]);
  const other = plain("other", { env: { A: workflow("a", { className: "A" }) } });
  expect(refused(system("s", [one, other]))[0]?.[0]).toBe(twice);
  const differs = plain("differs", { env: { A: workflow("a", { className: "B", of: () => one }) } });
  expect(refused(system("s", [one, differs]))[0]?.[0]).toBe(twice);
  expect(refused(system("s", [one]), system("t", [other]))[0]?.[0]).toBe(twice);
});

test("the worker that has a Workflow's class is listed", () => {
  const owner = plain("owner");
  const binder = plain("binder", { env: { A: workflow("a", { className: "A", of: () => owner }) } });
  expect(refused(system("s", [binder]))[0]?.slice(0, 3)).toEqual([
    "Worker binder uses a resource that its system does not list",
    "s/binder",
    "worker owner",
  ]);
});
