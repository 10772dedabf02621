import { type Group, groupFor } from "../../src/permissions/groups.ts";
import type { Permission } from "../../src/permissions/permission.ts";
import { neededBy, type Operation } from "../../src/resources/kinds/registered.ts";
import type { VerbNeeds } from "./verb-needs.ts";

/** A resource that the stage declares, or that is up. */
export interface Involved {
  /** Pulumi's. */
  readonly type: string;
  /** `<system>/<name>`, and more behind it for what belongs to it. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a permission group is given on: an account, or one thing. */
export type Thing =
  | { readonly kind: "account" }
  /** A zone by its id, or by what is known of it instead. */
  | { readonly kind: "zone"; readonly zone: string }
  | { readonly kind: "worker"; readonly id: string; readonly name: string };

/** A permission group on a thing. */
export interface Needed {
  readonly group: Group;
  readonly on: Thing;
  /** Names of the resources that it is for, in order. */
  readonly for: readonly string[];
}

/** What is up already: its type and name, and a Worker's id. */
export interface Up {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

const workerType = "cloudflare:index/worker:Worker";
const databaseType = "cloudflare:index/d1Database:D1Database";
/** They belong to one Worker, and a role on that Worker is enough. Custom domains and Workflows want one on all Workers. */
const perWorker: readonly string[] = [
  workerType,
  "cloudflare:index/workerVersion:WorkerVersion",
  "cloudflare:index/workersDeployment:WorkersDeployment",
  "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  "pulumi-nodejs:dynamic/lockstep:FirstVersion",
];

interface Asked {
  readonly permission: Permission;
  readonly on: Thing;
  readonly for: string;
}

/**
 * The least that a verb needs on a stage.
 * @param up what is there of it; undefined where that is not known: then everything may have to be made
 */
export function neededFor(
  needs: VerbNeeds,
  declared: readonly Involved[],
  up: readonly Up[] | undefined,
): readonly Needed[] {
  const asked = askedBy(needs, declared, up);
  const byThing = Map.groupBy(asked, ({ on }) => keyOf(on));
  const all = [...byThing.values()].flatMap((each) => leastGroups(each));
  const order = (on: Thing): number => ["account", "worker", "zone"].indexOf(on.kind);
  all.sort((a, b) => order(a.on) - order(b.on) || a.group.name.localeCompare(b.group.name));
  const ofAccount = all.filter(({ on }) => on.kind === "account");
  // A role on all Workers leaves nothing to give on one of them.
  return all.filter(
    ({ on, group }) =>
      on.kind !== "worker" ||
      !ofAccount.some((other) => group.grants.every((each) => other.group.grants.includes(each))),
  );
}

function askedBy(
  needs: VerbNeeds,
  declared: readonly Involved[],
  up: readonly Up[] | undefined,
): readonly Asked[] {
  switch (needs.kind) {
    case "nothing":
      return [];
    case "databases":
      return declared
        .filter(({ type }) => type === databaseType)
        .flatMap(({ name }) =>
          needs.permissions.map((permission) => ({ permission, on: account, for: name })),
        );
    case "stage":
      return [
        ...declared.flatMap((each) => askedFor(each, operationsOn(each, needs.operations, up), up ?? [])),
        ...(needs.operations.includes("delete") ? goneOf(declared, up ?? []) : []),
        ...(declared.length === 0
          ? []
          : needs.more.map((permission) => ({ permission, on: account, for: "what is measured" }))),
        // Where Workers answer under workers.dev is a setting of the account, as are the lists of domains and of objects.
        ...(needs.operations.includes("look") && declared.some(({ type }) => type === workerType)
          ? ([{ permission: "Workers:Metadata Read-Only", on: account, for: "workers.dev" }] as const)
          : []),
      ];
    default:
      return needs satisfies never;
  }
}

/** What is there is not made once more; what is not there has nothing to be deleted. */
const operationsOn = (
  { type, name }: Involved,
  operations: readonly Operation[],
  up: readonly Up[] | undefined,
): readonly Operation[] => {
  if (up === undefined || type !== workerType) return operations;
  const there = up.some((each) => each.type === type && each.name === name);
  const isUp = operations.includes("create");
  return operations.filter((each) => !there || !isUp || (each !== "create" && each !== "delete"));
};

/** What is up and declared no more is deleted. */
const goneOf = (declared: readonly Involved[], up: readonly Up[]): readonly Asked[] =>
  up
    .filter(({ type, name }) => !declared.some((each) => each.type === type && each.name === name))
    .flatMap(({ type, name }) => askedFor({ type, name, inputs: {} }, ["delete"], up));

function askedFor(
  { type, name, inputs }: Involved,
  operations: readonly Operation[],
  up: readonly Up[],
): readonly Asked[] {
  return operations.flatMap((operation) =>
    (neededBy(type, operation, inputs) ?? []).map((permission): Asked => {
      const on = thingFor(type, name, inputs, permission, up);
      return { permission, on, for: labelOf(name) };
    }),
  );
}

/** `<system>/<name>` of the name of what belongs to it. */
const labelOf = (name: string): string => name.split("/").slice(0, 2).join("/");

function thingFor(
  type: string,
  name: string,
  inputs: Involved["inputs"],
  permission: Permission,
  up: readonly Up[],
): Thing {
  if (groupFor(permission).scope === "zone")
    return { kind: "zone", zone: String(inputs["zoneId"] ?? "").replace(/^zone of /, "") };
  const worker = perWorker.includes(type) ? workerOf(name, up) : undefined;
  return worker === undefined ? account : { kind: "worker", id: worker.id, name: worker.name };
}

/** The Worker that is up and has this name, or the beginning of it. */
const workerOf = (name: string, up: readonly Up[]): Up | undefined =>
  up.find((each) => each.type === workerType && (name === each.name || name.startsWith(`${each.name}/`)));

const account: Thing = { kind: "account" };

const keyOf = (on: Thing): string => JSON.stringify(on);

/** One group a permission, without those that another one includes. */
function leastGroups(asked: readonly Asked[]): readonly Needed[] {
  const on = asked[0]?.on ?? account;
  const wanted = [...new Set(asked.map(({ permission }) => permission))];
  const groups = new Map<Group, Set<string>>();
  for (const permission of wanted) {
    const group = groupFor(permission, on.kind === "worker" ? "worker" : "product");
    const names = groups.get(group) ?? new Set<string>();
    for (const each of asked) if (each.permission === permission) names.add(each.for);
    groups.set(group, names);
  }
  const all = [...groups.keys()];
  const isIncluded = (group: Group): boolean =>
    all.some((other) => other !== group && group.grants.every((each) => other.grants.includes(each)));
  return all
    .filter((group) => !isIncluded(group))
    .map((group) => ({ group, on, for: [...(groups.get(group) ?? [])].toSorted() }));
}
