import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as cloudflare from "../cloudflare.ts";
import { kindOf, kinds } from "./kinds.ts";
import { neededBy, needs } from "./registered.ts";

/** Types of the classes of the official SDK that Lockstep uses; the provider speaks for all of them. */
const official = Object.values(cloudflare)
  .filter((each) => each !== cloudflare.Provider)
  .map((each) => ("__pulumiType" in each ? each.__pulumiType : String(each)));

const dynamicFolder = join(import.meta.dirname, "../../dynamic");
const dynamic = readdirSync(dynamicFolder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(dynamicFolder, name), "utf8"))
  .flatMap((text) => [...text.matchAll(/super\(\s*"(pulumi-nodejs:dynamic\/[^"]+)"/g)])
  .map(([, type]) => type);

/** They keep notes or a key and ask nobody at Cloudflare for anything that needs a permission of its own. */
const withoutPermission = ["Target", "Guard", "OwnKey"].map(
  (name) => `pulumi-nodejs:dynamic/lockstep:${name}`,
);

test("every type that Lockstep registers at Cloudflare has its permission, and no other type has one", () => {
  expect(official.length).toBeGreaterThan(10);
  expect(dynamic.length).toBeGreaterThan(4);
  expect(Object.keys(needs).toSorted()).toEqual(
    [...official, ...dynamic].filter((type) => !withoutPermission.includes(String(type))).toSorted(),
  );
});

test("a type is found by its kind and the other way round", () => {
  for (const { kind, type } of Object.values(kinds)) expect(kindOf(type)?.kind).toBe(kind);
  expect(kindOf("cloudflare:index/workerVersion:WorkerVersion")).toBeUndefined();
  expect(neededBy("cloudflare:index/queue:Queue", "create")).toEqual(["Queues:Edit"]);
  expect(neededBy("toString", "create")).toBeUndefined();
  const shared = "pulumi-nodejs:dynamic/lockstep:SharedStore";
  expect(neededBy(shared, "create", { path: "vectorize/v2/indexes" })).toEqual(["Vectorize:Edit"]);
});
