import { describe, expect, test } from "vitest";
import project from "../../../project.ts";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { messages, type Written } from "../../testing/judge.ts";
import { dataIsProtected } from "./data-is-protected.ts";

const judge = (written: Written) => messages(dataIsProtected, [written], { project });

const types = [
  "cloudflare:index/d1Database:D1Database",
  "cloudflare:index/r2Bucket:R2Bucket",
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  "cloudflare:index/queue:Queue",
  "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
];

describe.each(types)("%s", (type) => {
  test("is refused in prod without protection", () => {
    const found = judge({
      stack: "prod",
      type,
      name: "dome/silo",
      props: { name: "silo" },
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^dome\/silo \(.*\) holds data and is not protected/);
  });

  test("is accepted in prod with protection", () => {
    expect(judge({ stack: "prod", type, name: "dome/silo", props: {}, protect: true })).toEqual([]);
  });

  test("needs no protection in dev", () => {
    expect(judge({ stack: "dev", type, name: "dome/silo", props: {} })).toEqual([]);
  });

  test("is judged although its name is not known yet", () => {
    expect(judge({ stack: "prod", type, name: "dome/silo", props: { name: unknownValue } })).toHaveLength(1);
  });
});

test("a stack that is no stage is treated like prod", () => {
  const found = judge({
    stack: "prodd",
    type: "cloudflare:index/d1Database:D1Database",
    name: "dome/silo",
    props: {},
  });
  expect(found).toHaveLength(1);
});

test("a worker without Durable Objects needs no protection", () => {
  const worker = {
    stack: "prod",
    type: "cloudflare:index/worker:Worker",
    name: "dome/dome-api",
    props: { name: "dome-api" },
  };
  expect(judge(worker)).toEqual([]);
});

test("a Hyperdrive configuration holds nothing, and needs no protection", () => {
  const type = "cloudflare:index/hyperdriveConfig:HyperdriveConfig";
  expect(judge({ stack: "prod", type, name: "dome/silo", props: {} })).toEqual([]);
});
