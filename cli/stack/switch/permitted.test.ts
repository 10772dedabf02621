import { expect, test } from "vitest";
import { beyondSwitch } from "./permitted.ts";

const following = { stores: ["shop/files", "shop/found"], workers: ["shop/api"] };
const step = (type: string, name: string, op: string, ...paths: readonly string[]) => ({
  op,
  urn: `urn:pulumi:prod::lockstep::lockstep:stores:Bucket$${type}::${name}`,
  detailedDiff: Object.fromEntries(paths.map((path) => [path, {}])),
});
const beyond = (...steps: readonly ReturnType<typeof step>[]): readonly string[] =>
  beyondSwitch({ steps: [...steps] }, following);
const cors = "cloudflare:index/r2BucketCors:R2BucketCors";

test("settings of a bucket follow it where its name alone is another", () => {
  expect(beyond(step(cors, "shop/files", "replace", "bucketName"))).toEqual([]);
  expect(beyond(step(cors, "shop/files", "replace", "bucketName", "rules"))).toEqual([
    "shop/files (R2BucketCors): replace: bucketName, rules",
  ]);
  expect(beyond(step(cors, "shop/other", "replace", "bucketName"))).toHaveLength(1);
  expect(beyond(step(cors, "shop/files", "delete"))).toHaveLength(1);
});

test("a host name, and a store that is made, replaced or deleted, are more than a switch", () => {
  const domain = "cloudflare:index/r2CustomDomain:R2CustomDomain";
  expect(beyond(step(domain, "shop/files/files.shop.dev", "replace", "bucketName"))).toHaveLength(1);
  const bucket = "cloudflare:index/r2Bucket:R2Bucket";
  expect(beyond(step(bucket, "shop/files", "import"))).toEqual([]);
  for (const op of ["create", "replace", "delete"])
    expect(beyond(step(bucket, "shop/files", op))).toHaveLength(1);
});

test("an index that a refresh dropped is taken over by its creation", () => {
  const index = "pulumi-nodejs:dynamic/lockstep:VectorizeIndex";
  expect(beyond(step(index, "shop/found", "create"))).toEqual([]);
  expect(beyond(step(index, "shop/found", "replace"))).toHaveLength(1);
  expect(beyond(step(index, "shop/other", "create"))).toHaveLength(1);
});
