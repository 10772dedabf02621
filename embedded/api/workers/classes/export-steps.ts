import type { Worker } from "../model.ts";
import type { ObjectClass } from "./object-classes.ts";
import type { ObjectExport } from "./object-export.ts";

export interface Finding {
  readonly class: string;
  /** Cloudflare's own name of what was found; clients branch on it. */
  readonly scenario: string;
  readonly message: string;
  readonly namespace_id?: string;
}

/** What the plan of one Worker has to know of the others. */
export interface Surroundings {
  readonly newId: (className: string) => string;
  readonly find: (script: string) => Worker | undefined;
  /** Other Workers that bind this namespace. */
  readonly usersOf: (namespaceId: string) => readonly string[];
}

/** A plan of class changes while it is made. */
export interface Plan {
  readonly worker: Worker;
  readonly around: Surroundings;
  /** The classes as they will be, by name. */
  readonly classes: Map<string, ObjectClass>;
  readonly deleted: ObjectClass[];
  readonly given: { toScript: string; object: ObjectClass }[];
  readonly expectedTransfers: Record<string, string>;
  readonly errors: Finding[];
  readonly info: Finding[];
  readonly summary: {
    readonly created: string[];
    readonly deleted: string[];
    readonly renamed: object[];
    readonly transferred: object[];
    readonly transfer_pending: object[];
    readonly removable_entries: string[];
  };
}

/** Applies a tombstone; live entries are left for {@link applyLiveEntry}, when the names are free. */
export function applyTombstone(plan: Plan, className: string, entry: ObjectExport): void {
  if (entry.state === "created" || entry.state === "expecting-transfer") return;
  const known = plan.classes.get(className);
  if (known === undefined) {
    const message = `Class '${className}' has no namespace here any more: the ${entry.state} entry has been applied and can be removed.`;
    plan.info.push({ class: className, scenario: "stale_tombstone", message });
    plan.summary.removable_entries.push(className);
    return;
  }
  const namespace = { class: className, namespace_id: known.namespaceId };
  switch (entry.state) {
    case "deleted": {
      const users = plan.around.usersOf(known.namespaceId);
      if (users.length > 0) {
        const message = `Class '${className}' cannot be deleted: it is bound by ${users.join(", ")}. Deploy them without the binding first.`;
        plan.errors.push({
          ...namespace,
          scenario: "tombstone_delete_blocked_by_external_bindings",
          message,
        });
      }
      plan.deleted.push(known);
      plan.summary.deleted.push(className);
      break;
    }
    case "renamed":
      if (plan.classes.has(entry.renamed_to)) {
        const message = `Class '${className}' cannot be renamed to '${entry.renamed_to}', which has a namespace of its own.`;
        plan.errors.push({ ...namespace, scenario: "tombstone_renamed_to_occupied", message });
      } else plan.classes.set(entry.renamed_to, { ...known, className: entry.renamed_to });
      plan.summary.renamed.push({ from: className, to: entry.renamed_to });
      break;
    case "transferred":
      give(plan, known, entry.transferred_to);
      break;
    default:
      entry satisfies never;
  }
  plan.classes.delete(className);
}

function give(plan: Plan, object: ObjectClass, toScript: string): void {
  const { className } = object;
  const target = plan.around.find(toScript);
  if (target === undefined) {
    const message = `Class '${className}' cannot be transferred: there is no Worker '${toScript}'.`;
    plan.errors.push({ class: className, scenario: "transferred_target_missing", message });
  } else if (target.expectedTransfers[className] !== plan.worker.name) {
    const message = `Class '${className}' cannot be transferred: deploy '${toScript}' first, with an entry '${className}' of state expecting-transfer from '${plan.worker.name}'.`;
    plan.errors.push({ class: className, scenario: "transferred_pending_not_found", message });
  }
  plan.given.push({ toScript, object });
  plan.summary.transferred.push({ class: className, phase: "committed", to: toScript });
}

/** Makes what a live entry declares and the Worker has not got yet. */
export function applyLiveEntry(plan: Plan, className: string, entry: ObjectExport): void {
  const known = plan.classes.get(className);
  if (entry.state === "created") create(plan, className, known, entry.storage);
  if (entry.state === "expecting-transfer") expectTransfer(plan, className, known, entry.transfer_from);
}

function create(
  plan: Plan,
  className: string,
  known: ObjectClass | undefined,
  storage: ObjectClass["storage"],
): void {
  if (known !== undefined && known.storage !== storage) {
    const message = `Class '${className}' is stored as ${known.storage}, which cannot be changed to ${storage}.`;
    plan.errors.push({
      class: className,
      scenario: "storage_type_mismatch",
      namespace_id: known.namespaceId,
      message,
    });
  }
  if (known !== undefined) return;
  if (storage === "legacy-kv") {
    const message = `Class '${className}' cannot be created with legacy-kv storage: new namespaces are sqlite.`;
    plan.errors.push({ class: className, scenario: "invalid_export", message });
    return;
  }
  plan.classes.set(className, { className, namespaceId: plan.around.newId(className), storage });
  plan.summary.created.push(className);
}

function expectTransfer(plan: Plan, className: string, known: ObjectClass | undefined, source: string): void {
  if (known !== undefined) {
    const message = `Class '${className}' has been received from '${source}'; declare it as created.`;
    plan.info.push({
      class: className,
      scenario: "transfer_receive_already_applied",
      namespace_id: known.namespaceId,
      message,
    });
    return;
  }
  if (!plan.around.find(source)?.classes.some((object) => object.className === className)) {
    const message = `Class '${className}' cannot be expected from '${source}', which has no namespace of that name.`;
    plan.errors.push({ class: className, scenario: "phase_one_transfer_source_namespace_missing", message });
    return;
  }
  plan.expectedTransfers[className] = source;
  plan.summary.transfer_pending.push({ class: className, from: source });
}
