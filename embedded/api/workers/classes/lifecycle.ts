import { randomBytes } from "node:crypto";
import type { State } from "../../../state.ts";
import type { World } from "../../../world.ts";
import { mistakes } from "../../http/request.ts";
import { ApiError } from "../../http/service.ts";
import type { Version, Worker } from "../model.ts";
import { findWorker, latestVersion, listWorkers, saveWorker, workerNamed } from "../registry.ts";
import {
  type Migrations,
  migrations as migrationsSchema,
  type ObjectClass,
  planMigrations,
} from "./object-classes.ts";
import { planExports } from "./object-exports.ts";

/** The Worker's Durable Object classes as they will be when a version is deployed. */
export interface Lifecycle {
  readonly classes: readonly ObjectClass[];
  readonly deleted: readonly ObjectClass[];
  readonly expectedTransfers: Readonly<Record<string, string>>;
  /** Namespaces that change hands between Workers. */
  readonly moved: readonly { readonly namespaceId: string; readonly toScript: string }[];
  /** Whether deploying it makes, renames, deletes or moves a namespace. */
  readonly changes: boolean;
  readonly reconciliation: Readonly<Record<string, unknown>> | undefined;
  /** Writes it into the state; call it in the transaction that records the deployment. Returns the Worker as saved. */
  readonly apply: (state: State) => Worker;
}

type Upload = Pick<Version, "exports" | "migrations">;

/**
 * Plans the class lifecycle of a version against the Worker as it is now. Ids of new namespaces are drawn once a class
 * and remembered, so that the plan at the upload and the plan at the deployment agree.
 */
export function planLifecycle(world: World, worker: Worker, upload: Upload): Lifecycle {
  const { state } = world;
  const drawn = new Map(Object.entries(worker.reserved));
  const newId = (className: string): string => {
    const id = drawn.get(className) ?? randomBytes(16).toString("hex");
    drawn.set(className, id);
    return id;
  };
  if (upload.exports !== undefined && upload.migrations !== undefined)
    throw new ApiError(400, 10021, "exports and migrations are mutually exclusive");
  if (upload.exports !== undefined) {
    const plan = planExports(worker, upload.exports, {
      newId,
      find: (script) => workerNamed(state, worker.account, script),
      usersOf: (namespaceId) => usersOf(state, worker, namespaceId),
    });
    reserve(state, worker, drawn);
    return {
      classes: plan.classes,
      deleted: plan.deleted,
      expectedTransfers: plan.expectedTransfers,
      moved: plan.given.map(({ toScript, object }) => ({ namespaceId: object.namespaceId, toScript })),
      changes: JSON.stringify(plan.classes) !== JSON.stringify(worker.classes),
      reconciliation: plan.reconciliation,
      apply: (into) => {
        for (const { toScript, object } of plan.given) receive(into, worker.account, toScript, object);
        return saveWorker(into, {
          ...current(into, worker),
          classes: [...plan.classes],
          expectedTransfers: { ...plan.expectedTransfers },
          reserved: {},
        });
      },
    };
  }
  if (upload.migrations !== undefined) {
    const sent = migrationsOf(upload);
    const plan = planMigrations(
      worker,
      sent,
      newId,
      (script) => workerNamed(state, worker.account, script)?.classes ?? [],
    );
    const takenIds = new Set(plan.taken.map(({ namespaceId }) => namespaceId));
    reserve(state, worker, drawn);
    return {
      classes: plan.classes,
      deleted: plan.deleted,
      expectedTransfers: worker.expectedTransfers,
      moved: plan.classes
        .filter(({ namespaceId }) => takenIds.has(namespaceId))
        .map(({ namespaceId }) => ({ namespaceId, toScript: worker.name })),
      changes: true,
      reconciliation: undefined,
      apply: (into) => {
        for (const { fromScript, className } of plan.taken) lose(into, worker.account, fromScript, className);
        return saveWorker(into, {
          ...current(into, worker),
          classes: [...plan.classes],
          migrationTag: sent.new_tag,
          reserved: {},
        });
      },
    };
  }
  return unchanged(worker);
}

const unchanged = (worker: Worker): Lifecycle => ({
  classes: worker.classes,
  deleted: [],
  expectedTransfers: worker.expectedTransfers,
  moved: [],
  changes: false,
  reconciliation: undefined,
  apply: (into) => current(into, worker),
});

/** As it is now: its settings may have been changed while the deployment was under way. */
const current = (state: State, worker: Worker): Worker =>
  findWorker(state, worker.account, worker.id) ?? worker;

const migrationsOf = (upload: Upload): Migrations => {
  const parsed = migrationsSchema.safeParse(upload.migrations);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, 10021, `migrations are malformed: ${mistakes(parsed.error)}`);
};

function reserve(state: State, worker: Worker, drawn: ReadonlyMap<string, string>): void {
  if (drawn.size > Object.keys(worker.reserved).length)
    saveWorker(state, { ...worker, reserved: Object.fromEntries(drawn) });
}

/** Names of other Workers whose latest version binds the namespace. */
function usersOf(state: State, worker: Worker, namespaceId: string): readonly string[] {
  return listWorkers(state, worker.account)
    .filter((other) => other.id !== worker.id)
    .filter((other) => {
      const version = latestVersion(state, other);
      return (
        version?.bindings.some(
          (binding) =>
            binding.type === "durable_object_namespace" && version.targets[binding.name] === namespaceId,
        ) ?? false
      );
    })
    .map((other) => other.name);
}

function receive(state: State, account: string, script: string, object: ObjectClass): void {
  const target = workerNamed(state, account, script);
  if (target === undefined) return;
  const { [object.className]: _received, ...expectedTransfers } = target.expectedTransfers;
  saveWorker(state, { ...target, classes: [...target.classes, object], expectedTransfers });
}

function lose(state: State, account: string, script: string, className: string): void {
  const source = workerNamed(state, account, script);
  if (source !== undefined)
    saveWorker(state, {
      ...source,
      classes: source.classes.filter((known) => known.className !== className),
    });
}
