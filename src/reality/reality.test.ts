import { expect, test } from "vitest";
import { differing } from "./differing.ts";
import { knownIn } from "./known.ts";
import { exportedState, stateResource } from "./state.ts";
import { versionDifferences } from "./version.ts";

test("only what was declared is compared, and the order of an object's members says nothing", () => {
  expect(
    differing({ logs: { enabled: true }, tags: [] }, { tags: [], logs: { enabled: true, more: 1 } }),
  ).toEqual([]);
  expect(differing({ logs: { enabled: true }, tags: [{ a: 1, b: 2 }] }, { tags: [{ b: 2, a: 1 }] })).toEqual([
    "logs.enabled: true → nothing",
  ]);
});

const version = (etag: string, bindings: { name: string; type: string; [member: string]: unknown }[]) => ({
  annotations: { "workers/triggered_by": "secret" },
  resources: { bindings, script: { etag }, script_runtime: { compatibility_date: "2026-01-01" } },
});

test("of two versions it is said what differs, and of a secret only that it does", () => {
  const own = version("a", [
    { name: "DB", type: "d1", database_id: "1" },
    { name: "KEY", type: "secret_text" },
  ]);
  const other = version("b", [
    { name: "DB", type: "d1", database_id: "2", jurisdiction: "eu" },
    { name: "NEW", type: "secret_text" },
  ]);
  expect(versionDifferences(own, other)).toEqual([
    "other code",
    'binding DB (d1): database_id: "1" → "2"',
    'binding DB (d1): jurisdiction: nothing → "eu"',
    "without secret KEY",
    "with secret NEW, which is not declared",
  ]);
  expect(versionDifferences(own, own)).toEqual(["the value of a secret, which nobody can read"]);
  expect(versionDifferences(undefined, own)).toHaveLength(1);
});

const d1 = "cloudflare:index/d1Database:D1Database";

test("what a stack has is known from its resources, and from what it put out when a refresh dropped them", () => {
  const stack = stateResource("urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", {
    stores: {
      "shop/orders": { kind: "d1", id: "old" },
      "shop/cache": { kind: "kv", id: "k" },
      "shop/pg": { kind: "hyperdrive", id: "h" },
    },
  });
  const orders = stateResource(`urn:pulumi:dev::p::lockstep:stores:Database$${d1}::shop/orders`, {
    id: "new",
    createdAt: "2026-11-30T05:16:54Z",
  });
  expect(orders).toMatchObject({ type: d1, name: "shop/orders" });
  expect(knownIn([stack, orders])).toEqual({
    "d1 shop/orders": { id: "new", born: "2026-11-30T05:16:54Z" },
    "kv shop/cache": { id: "k" },
  });
});

test("an exported state without a deployment has nothing, and what waits to be deleted is none of it", () => {
  expect(exportedState('{"version":3,"deployment":{}}')).toEqual([]);
  const urn = `urn:pulumi:dev::p::${d1}::shop/orders`;
  const resources = [
    { urn, delete: true },
    { urn, outputs: { id: "1" } },
  ];
  expect(exportedState(JSON.stringify({ deployment: { resources } }))).toMatchObject([
    { urn, outputs: { id: "1" } },
  ]);
});
