import { describe, expect, test } from "vitest";
import project from "../../../project.ts";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { judged, messages, type Written } from "../../testing/judge.ts";
import { namesAreDeclared } from "./names-are-declared.ts";

const judge = (written: Written) => messages(namesAreDeclared, [written], { project });

const { stages } = project;

const database = (stack: string, name: string, props: Record<string, unknown>) =>
  judge({ stack, type: "cloudflare:index/d1Database:D1Database", name, props });

describe("a database with the name that its template makes is accepted", () => {
  test.each(stages.map(({ name, nameSuffix }) => [name, `silo${nameSuffix}`]))("in %s: %s", (stack, name) => {
    expect(database(stack, "dome/silo", { name })).toEqual([]);
  });
});

test("a database with another stage's name is refused, with the name it should have", () => {
  expect(database("dev", "dome/silo", { name: "silo" })).toEqual([
    'dome/silo is named "silo"; its template "{name}{-stage}" makes it "silo-dev" in dev.',
  ]);
});

test("a database that no system declares is refused", () => {
  expect(database("dev", "dome/other", { name: "other-dev" })).toEqual([
    "dome/other (d1) is declared in no system: add it to a system of project.ts.",
  ]);
});

test("a stack that is no stage is refused", () => {
  expect(database("production", "dome/silo", { name: "silo" })).toHaveLength(1);
});

test("a name that is not known yet cannot be judged, and is not passed either", () => {
  const written = { stack: "dev", type: "cloudflare:index/d1Database:D1Database", name: "dome/silo" };
  expect(
    judged(namesAreDeclared, [{ ...written, props: { name: unknownValue } }], { project }),
  ).toMatchObject([{ outcome: "cannotTell" }]);
});

test.each([
  ["cloudflare:index/r2Bucket:R2Bucket", "dome/dome-raw", { name: "dome-raw-dev" }],
  ["cloudflare:index/queue:Queue", "dome/new-content-ai", { queueName: "new-content-ai-dev" }],
  ["cloudflare:index/worker:Worker", "dome/dome-api", { name: "dome-api-dev" }],
  ["pulumi-nodejs:dynamic/lockstep:VectorizeIndex", "dome/dome-notes", { name: "dome-notes-dev" }],
])("%s is judged by the input that names it", (type, name, props) => {
  expect(judge({ stack: "dev", type, name, props })).toEqual([]);
  const wrong = Object.fromEntries(Object.keys(props).map((key) => [key, "elsewhere"]));
  expect(judge({ stack: "dev", type, name, props: wrong })).toHaveLength(1);
});

test("other resources are left alone", () => {
  const version = {
    stack: "dev",
    type: "cloudflare:index/workerVersion:WorkerVersion",
    name: "dome/dome-api",
    props: {},
  };
  expect(judge(version)).toEqual([]);
});
