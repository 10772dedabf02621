import { expect, test } from "vitest";
import type { Finding } from "../../../src/reality/finding.ts";
import { stateResource } from "../../../src/reality/state.ts";
import { beyondRepair } from "./beyond-repair.ts";
import { repairItems } from "./repair-items.ts";

const urn = (type: string, name: string): string => `urn:pulumi:dev::p::lockstep:x$${type}::${name}`;
const route = urn("cloudflare:index/workersRoute:WorkersRoute", "shop/api/a.example/*");
const worker = urn("cloudflare:index/worker:Worker", "shop/api");
const version = urn("cloudflare:index/workerVersion:WorkerVersion", "shop/api");
const hyperdrive = urn("cloudflare:index/hyperdriveConfig:HyperdriveConfig", "shop/pg");
const state = [route, worker, version, hyperdrive].map((each) => stateResource(each, {}));

const finding = (of: Partial<Finding>): Finding => ({
  ...{ resource: "shop/api", aspect: "settings", what: "", expected: "", found: "other", differences: [] },
  ...{ putBack: "refresh", fix: "", ...of },
});

test("what has a call is put back by it, what only the engine can by the engine for itself, and the rest by a person", () => {
  const repair = { of: "crons", method: "PUT", path: "/x", body: [] } as const;
  const ways = repairItems(
    [
      finding({ aspect: "crons", putBack: "up", repair }),
      finding({}),
      finding({ aspect: "route", resource: "shop/api/a.example/*", found: "nothing" }),
      // The version is made by an up; a worker or a configuration that is gone is no setting, and others name it by its id.
      finding({ aspect: "property", urn: version }),
      finding({ aspect: "worker", found: "nothing" }),
      finding({ aspect: "property", resource: "shop/pg", urn: hyperdrive, found: "nothing" }),
      finding({ aspect: "schema", putBack: "person" }),
      finding({ aspect: "store", putBack: "person", repair }),
    ],
    state,
  ).map(({ way }) => way);
  expect(ways).toEqual([
    { kind: "call", repair },
    { kind: "engine", urn: worker },
    { kind: "engine", urn: route },
    ...Array.from({ length: 5 }, () => ({ kind: "person" })),
  ]);
});

const change = { type: "cloudflare:index/worker:Worker", name: "shop/api", before: {}, paths: [] };
const left = [
  { ...stateResource(worker, {}), protect: false, inputs: { logpush: false, key: sealed(), __defaults: [] } },
];

test("a plan that replaces, deletes or sets what was declared since is more than a repair", () => {
  const found = (ops: readonly string[], after: Record<string, unknown>) =>
    beyondRepair([{ ...change, ops, after }], left).get(worker);
  expect(found(["refresh", "update"], { logpush: false, key: "[secret]" })).toBeUndefined();
  expect(found(["create"], { logpush: false, key: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" })).toBeUndefined();
  expect(found(["update"], { logpush: true, key: "[secret]", tags: ["a"] })).toEqual([
    "logpush: false → true",
    'tags: nothing → ["a"]',
  ]);
  expect(found(["replace"], { logpush: false })).toEqual(["the engine would replace it"]);
  expect(found(["delete"], {})).toContain("the engine would delete it");
});

function sealed(): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
}
