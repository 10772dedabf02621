import type { Held } from "../../../src/program/losses/held.ts";
import type { PlannedChange } from "../../stack/plan/plan-digest.ts";
import type { Becomes, Gone } from "./radius.ts";

const version = "cloudflare:index/workerVersion:WorkerVersion";
const deployment = "cloudflare:index/workersDeployment:WorkersDeployment";
const consumer = "cloudflare:index/queueConsumer:QueueConsumer";
const migrations = "pulumi-nodejs:dynamic/lockstep:Migrations";

/** What a plan takes away or exchanges, of what is there. A new version and its deployment replace nothing: the old ones stay. */
export const goneIn = (changes: readonly PlannedChange[]): readonly Gone[] =>
  changes.flatMap(({ type, name, ops }): readonly Gone[] => {
    if (type === version || type === deployment) return [];
    const becomes = goes(ops);
    return becomes === undefined ? [] : [{ resource: name, type: type.split(":").at(-1) ?? type, becomes }];
  });

const goes = (ops: readonly string[]): Gone["becomes"] | undefined => {
  if (ops.some((op) => op.includes("replace"))) return "replaced";
  return ops.includes("delete") ? "deleted" : undefined;
};

/** The databases whose migrations a plan runs: `shop/orders`. */
export const migratedIn = (changes: readonly PlannedChange[]): readonly string[] => [
  ...new Set(
    changes.flatMap(({ type, name, ops }) =>
      type === migrations && goes(ops) !== "deleted" ? [name.replace(/\/(?:expand|contract)$/, "")] : [],
    ),
  ),
];

/** Something with data that a plan touches, and what becomes of it. */
export interface Touched {
  readonly held: Held;
  readonly becomes: Becomes;
}

/**
 * What of a stack's stores, classes and Workflows a plan touches. A store also where something that belongs to it changes, such as a bucket's
 * lifecycle; a class of Durable Objects only where its worker goes: new code leaves its objects alone.
 * @param migrated databases with files that would run
 */
export const touchedBy = (
  changes: readonly PlannedChange[],
  held: readonly Held[],
  migrated: readonly string[],
): readonly Touched[] =>
  held.flatMap((each): readonly Touched[] => {
    const own = changes.find(({ type, name }) => type === each.type && name === each.label);
    const gone = own === undefined ? undefined : goes(own.ops);
    if (gone !== undefined) return [{ held: each, becomes: gone }];
    if (each.holder.kind === "class") return [];
    if (migrated.includes(each.label)) return [{ held: each, becomes: "migrated" }];
    const changed = changes.some((change) => belongsTo(change, each));
    return changed ? [{ held: each, becomes: "changed" }] : [];
  });

/** Whether a resource is a store itself, or something about it. A worker may have the name of its database. */
function belongsTo({ type, name }: PlannedChange, { label, type: own, holder }: Held): boolean {
  if (type === own) return name === label;
  switch (holder.kind) {
    case "r2":
      return type.startsWith("cloudflare:index/r2") && name === label;
    case "queue": {
      // `shop/work/jobs`: the worker that takes messages off the queue stands between.
      const [system = "", ...rest] = name.split("/");
      return type === consumer && label === `${system}/${rest.at(-1)}`;
    }
    default:
      return false;
  }
}
