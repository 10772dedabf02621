import { z } from "zod";
import { ApiError } from "../service.ts";
import type { Worker } from "./model.ts";
import type { ClassPlan, ObjectClass } from "./objectClasses.ts";

const storage = z.enum(["sqlite", "legacy-kv"]);
const objectExport = z.discriminatedUnion("state", [
  z.looseObject({ state: z.literal("created"), storage }),
  z.looseObject({ state: z.literal("deleted") }),
  z.looseObject({ state: z.literal("renamed"), renamed_to: z.string().min(1) }),
  z.looseObject({ state: z.literal("transferred"), transferred_to: z.string().min(1) }),
  z.looseObject({ state: z.literal("expecting-transfer"), storage, transfer_from: z.string().min(1) }),
]);
type ObjectExport = z.infer<typeof objectExport>;

export type Exports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Finding {
  readonly class: string;
  readonly scenario: string;
  readonly message: string;
  readonly namespace_id?: string;
}

export interface ExportsPlan extends ClassPlan {
  readonly expectedTransfers: Readonly<Record<string, string>>;
  /** Namespaces that other Workers get from this one, with the class name that they expect. */
  readonly given: readonly { readonly toScript: string; readonly object: ObjectClass }[];
  /** The summary that the API shows as `exports_reconciliation`. */
  readonly reconciliation: Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  readonly newId: (className: string) => string;
  readonly find: (script: string) => Worker | undefined;
  /** Other Workers that bind this namespace. */
  readonly usersOf: (namespaceId: string) => readonly string[];
}

/**
 * Brings the Worker's Durable Object namespaces in line with the declared `exports`: what is declared and missing is made,
 * tombstones delete, rename or hand over, and nothing is ever dropped for not being mentioned. Changes nothing itself;
 * throws 100402 with every finding.
 */
export function planExports(worker: Worker, sent: Exports, around: Surroundings): ExportsPlan {
  const errors: Finding[] = [];
  const info: Finding[] = [];
  const classes = new Map(worker.classes.map((known) => [known.className, known]));
  const summary = {
    created: [] as string[],
    deleted: [] as string[],
    renamed: [] as object[],
    transferred: [] as object[],
    transfer_pending: [] as object[],
    removable_entries: [] as string[],
  };
  const deleted: ObjectClass[] = [];
  const given: { toScript: string; object: ObjectClass }[] = [];
  const expectedTransfers: Record<string, string> = {};
  const declared = parse(sent, errors);
  const stale = (className: string, message: string): void => {
    info.push({ class: className, scenario: "stale_tombstone", message });
    summary.removable_entries.push(className);
  };

  for (const [className, entry] of declared) {
    const known = classes.get(className);
    if (entry.state === "deleted") {
      if (known === undefined)
        stale(className, `Class '${className}' has no namespace any more; the entry can be removed.`);
      else {
        const users = around.usersOf(known.namespaceId);
        if (users.length > 0)
          errors.push({
            class: className,
            scenario: "tombstone_delete_blocked_by_external_bindings",
            namespace_id: known.namespaceId,
            message: `Class '${className}' cannot be deleted: it is bound by ${users.join(", ")}. Deploy them without the binding first.`,
          });
        classes.delete(className);
        deleted.push(known);
        summary.deleted.push(className);
      }
    }
    if (entry.state === "renamed") {
      if (known === undefined)
        stale(
          className,
          `Class '${className}' has already been renamed to '${entry.renamed_to}'; the entry can be removed.`,
        );
      else if (classes.has(entry.renamed_to))
        errors.push({
          class: className,
          scenario: "tombstone_renamed_to_occupied",
          namespace_id: known.namespaceId,
          message: `Class '${className}' cannot be renamed to '${entry.renamed_to}', which has a namespace of its own.`,
        });
      else {
        classes.delete(className);
        classes.set(entry.renamed_to, { ...known, className: entry.renamed_to });
        summary.renamed.push({ from: className, to: entry.renamed_to });
      }
    }
    if (entry.state === "transferred") {
      const target = around.find(entry.transferred_to);
      if (known === undefined)
        stale(
          className,
          `Class '${className}' has already been transferred to '${entry.transferred_to}'; the entry can be removed.`,
        );
      else if (target === undefined)
        errors.push({
          class: className,
          scenario: "transferred_target_missing",
          message: `Class '${className}' cannot be transferred: there is no Worker '${entry.transferred_to}'.`,
        });
      else if (target.expectedTransfers[className] !== worker.name)
        errors.push({
          class: className,
          scenario: "transferred_pending_not_found",
          message: `Class '${className}' cannot be transferred: deploy '${entry.transferred_to}' first, with an entry '${className}' of state expecting-transfer from '${worker.name}'.`,
        });
      else {
        classes.delete(className);
        given.push({ toScript: target.name, object: known });
        summary.transferred.push({ class: className, phase: "committed", to: target.name });
      }
    }
  }
  for (const [className, entry] of declared) {
    const known = classes.get(className);
    if (entry.state === "created") {
      if (known === undefined && entry.storage === "legacy-kv")
        errors.push({
          class: className,
          scenario: "invalid_export",
          message: `Class '${className}' cannot be created with legacy-kv storage: new namespaces are sqlite.`,
        });
      else if (known === undefined) {
        classes.set(className, { className, namespaceId: around.newId(className), storage: "sqlite" });
        summary.created.push(className);
      } else if (known.storage !== entry.storage)
        errors.push({
          class: className,
          scenario: "storage_type_mismatch",
          namespace_id: known.namespaceId,
          message: `Class '${className}' is stored as ${known.storage}, which cannot be changed to ${entry.storage}.`,
        });
    }
    if (entry.state === "expecting-transfer") {
      if (known !== undefined)
        info.push({
          class: className,
          scenario: "transfer_receive_already_applied",
          namespace_id: known.namespaceId,
          message: `Class '${className}' has been received from '${entry.transfer_from}'; declare it as created.`,
        });
      else if (!around.find(entry.transfer_from)?.classes.some((object) => object.className === className))
        errors.push({
          class: className,
          scenario: "phase_one_transfer_source_namespace_missing",
          message: `Class '${className}' cannot be expected from '${entry.transfer_from}', which has no namespace of that name.`,
        });
      else {
        expectedTransfers[className] = entry.transfer_from;
        summary.transfer_pending.push({ class: className, from: entry.transfer_from });
      }
    }
  }
  const names = new Set(declared.map(([className]) => className));
  for (const known of classes.values())
    if (!names.has(known.className))
      errors.push({
        class: known.className,
        scenario: "provisioned_class_missing_from_config",
        namespace_id: known.namespaceId,
        message: `Class '${known.className}' has a namespace but is not declared in exports. Declare it, or retire it with an entry of state deleted, renamed or transferred.`,
      });
  if (errors.length > 0)
    throw new ApiError(400, 100402, errors.map((error) => error.message).join(" "), { details: errors });
  return {
    classes: [...classes.values()],
    deleted,
    taken: [],
    given,
    expectedTransfers,
    reconciliation: { ...summary, updated: [], warnings: [], info },
  };
}

function parse(sent: Exports, errors: Finding[]): readonly (readonly [string, ObjectExport])[] {
  return Object.entries(sent).flatMap(([className, entry]) => {
    if (entry["type"] === "worker") return [];
    const parsed = objectExport.safeParse({ state: "created", ...entry });
    if (entry["type"] === "durable-object" && parsed.success) return [[className, parsed.data] as const];
    const why = parsed.success
      ? `type must be durable-object or worker, got ${JSON.stringify(entry["type"])}`
      : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
    errors.push({
      class: className,
      scenario: "invalid_export",
      message: `The export '${className}' is malformed: ${why}.`,
    });
    return [];
  });
}
