import { expect, test } from "vitest";
import project from "../../project.ts";
import { groupFor, groups } from "../../src/permissions/groups.ts";
import { permissions } from "../../src/permissions/permission.ts";
import { neededBy, needs, operations } from "../../src/resources/kinds/registered.ts";
import { declaredStack } from "../policy/seen.ts";
import { blank, bodyOf } from "./body.ts";
import { type Involved, type Needed, neededFor, type Up } from "./needed.ts";
import { verbNeeds } from "./verb-needs.ts";

const [dev] = project.stages;
if (dev === undefined) throw new Error("there are no stages");

const everything: readonly Involved[] = Object.keys(needs).map((type) => ({
  type,
  name: `shop/${type.split(":").at(-1)}`,
  inputs: { zoneId: "zone of example.com" },
}));
const shown = (all: readonly Needed[]): readonly string[] =>
  all.map(
    ({ group, on }) =>
      `${group.name} on ${on.kind === "account" ? "account" : on.kind === "zone" ? on.zone : on.id}`,
  );

test("there is a group for every permission, and none of two groups of one scope has the other's name", () => {
  for (const permission of permissions) expect(groupFor(permission).grants).toContain(permission);
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
  const ids = groups.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

test("reading a resource never needs a permission that changes something", () => {
  for (const type of Object.keys(needs))
    for (const operation of operations.slice(0, 3))
      for (const permission of neededBy(type, operation) ?? [])
        expect(permission, type).not.toMatch(/:(Edit|Editor|Admin)$/);
});

test.each([
  "preview",
  "drift",
  "status",
  "pr-report",
] as const)("%s needs to read, whatever is declared", (verb) => {
  for (const { group } of neededFor(verbNeeds[verb], everything, undefined))
    expect(group.name).toMatch(/ (Read|Read-Only)$/);
});

test("an up of what was never up makes Workers; of what is up it changes each of them and no other", () => {
  const worker = { type: "cloudflare:index/worker:Worker", name: "shop/api", inputs: {} };
  const version = { type: "cloudflare:index/workerVersion:WorkerVersion", name: "shop/api", inputs: {} };
  const up: Up = { type: worker.type, name: worker.name, id: "f".repeat(32) };
  const asked = (there: readonly Up[] | undefined) =>
    shown(neededFor(verbNeeds.up, [worker, version], there));
  expect(asked(undefined)).toEqual(["Workers Admin on account"]);
  expect(asked([])).toEqual(["Workers Admin on account"]);
  expect(asked([up])).toEqual([
    "Workers Metadata Read-Only on account",
    `Individual Workers Editor on ${up.id}`,
  ]);
  // One that is declared no more is deleted, and nothing else may be.
  const old: Up = { ...up, name: "shop/old", id: "e".repeat(32) };
  expect(asked([up, old])).toEqual([
    "Workers Metadata Read-Only on account",
    `Individual Workers Admin on ${old.id}`,
    `Individual Workers Editor on ${up.id}`,
  ]);
});

test("a verb of a database needs D1 alone, and one that asks no account nothing", () => {
  expect(shown(neededFor(verbNeeds["db query"], everything, undefined))).toEqual(["D1 Read on account"]);
  expect(shown(neededFor(verbNeeds["db seed"], everything, undefined))).toEqual(["D1 Write on account"]);
  expect(neededFor(verbNeeds.validate, everything, undefined)).toEqual([]);
});

test("each system needs permissions for what it declares and for nothing else", async () => {
  const { inputs } = await declaredStack(project, dev, ".");
  const of = (system: string): readonly string[] =>
    neededFor(
      verbNeeds.up,
      inputs
        .filter(({ name }) => name.startsWith(`${system}/`))
        .map(({ type, name, props }) => ({ type, name, inputs: props })),
      undefined,
    ).map(({ group }) => group.name);
  expect(of("taco")).toEqual(["D1 Write", "Workers Admin", "Workers R2 Storage Write"]);
  expect(of("dome")).toEqual([
    "D1 Write",
    "Queues Write",
    "Vectorize Write",
    "Workers Admin",
    "Workers R2 Storage Write",
  ]);
});

test("the body has a policy a thing, and says in angle brackets what nobody told", () => {
  const needed = neededFor(verbNeeds.up, everything, undefined);
  const body = bodyOf("name", needed, { accountId: undefined, groupIds: new Map(), zoneIds: new Map() });
  expect(body.policies.map(({ resources }) => resources)).toEqual([
    { "com.cloudflare.api.account.<account id>": "*" },
    { "com.cloudflare.api.account.zone.<id of the zone example.com>": "*" },
  ]);
  const ids = body.policies.flatMap(({ permission_groups }) => permission_groups);
  expect(ids.find(({ name }) => name === "D1 Write")?.id).toBe("09b2857d1c31407795e75e3fed8617a1");
  expect(ids.find(({ name }) => name === "Workers Admin")?.id).toBe(blank("id of Workers Admin"));
});
