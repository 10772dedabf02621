import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { unknownValue } from "../../src/engine/property-values.ts";
import { declarations } from "../declared.ts";
import { judge } from "../testing/judge.ts";
import { dataIsProtected } from "./data-is-protected.ts";

const rule = dataIsProtected(declarations(project));

const types = [
  "cloudflare:index/d1Database:D1Database",
  "cloudflare:index/r2Bucket:R2Bucket",
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  "cloudflare:index/queue:Queue",
  "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
];

describe.each(types)("%s", (type) => {
  test("is refused in prod without protection", async () => {
    const found = await judge(rule, {
      stack: "prod",
      type,
      name: "dome/silo",
      props: { name: "silo" },
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^dome\/silo \(.*\) holds data and is not protected/);
  });

  test("is accepted in prod with protection", async () => {
    expect(await judge(rule, { stack: "prod", type, name: "dome/silo", props: {}, protect: true })).toEqual(
      [],
    );
  });

  test("needs no protection in dev", async () => {
    expect(await judge(rule, { stack: "dev", type, name: "dome/silo", props: {} })).toEqual([]);
  });

  test("is judged although its name is not known yet", async () => {
    expect(
      await judge(rule, { stack: "prod", type, name: "dome/silo", props: { name: unknownValue } }),
    ).toHaveLength(1);
  });
});

test("a stack that is no stage is treated like prod", async () => {
  const found = await judge(rule, {
    stack: "prodd",
    type: "cloudflare:index/d1Database:D1Database",
    name: "dome/silo",
    props: {},
  });
  expect(found).toHaveLength(1);
});

test("a worker without Durable Objects needs no protection", async () => {
  const worker = {
    stack: "prod",
    type: "cloudflare:index/worker:Worker",
    name: "dome/dome-api",
    props: { name: "dome-api" },
  };
  expect(await judge(rule, worker)).toEqual([]);
});
