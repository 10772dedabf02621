import { mistakes } from "../../http/request.ts";
import { ApiError } from "../../http/service.ts";
import type { Worker } from "../model.ts";
import { applyLiveEntry, applyTombstone, type Plan, type Surroundings } from "./export-steps.ts";
import type { ClassPlan, ObjectClass } from "./object-classes.ts";
import { type ObjectExport, objectExport } from "./object-export.ts";

export type Exports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ExportsPlan extends ClassPlan {
  readonly expectedTransfers: Readonly<Record<string, string>>;
  /** Namespaces that other Workers get from this one. */
  readonly given: readonly { readonly toScript: string; readonly object: ObjectClass }[];
  /** The summary that the API shows as `exports_reconciliation`. */
  readonly reconciliation: Readonly<Record<string, unknown>>;
}

/**
 * Brings the Worker's Durable Object namespaces in line with the declared `exports`: what is declared and missing is made,
 * tombstones delete, rename or hand over, and nothing is ever dropped for not being mentioned. Changes nothing itself;
 * throws 100402 with every finding.
 */
export function planExports(worker: Worker, sent: Exports, around: Surroundings): ExportsPlan {
  const plan: Plan = {
    worker,
    around,
    classes: new Map(worker.classes.map((known) => [known.className, known])),
    deleted: [],
    given: [],
    expectedTransfers: {},
    errors: [],
    info: [],
    summary: {
      created: [],
      deleted: [],
      renamed: [],
      transferred: [],
      transfer_pending: [],
      removable_entries: [],
    },
  };
  const declared = parse(sent, plan);
  for (const [className, entry] of declared) applyTombstone(plan, className, entry);
  for (const [className, entry] of declared) applyLiveEntry(plan, className, entry);
  const names = new Set(declared.map(([className]) => className));
  for (const { className, namespaceId } of plan.classes.values())
    if (!names.has(className))
      plan.errors.push({
        class: className,
        scenario: "provisioned_class_missing_from_config",
        namespace_id: namespaceId,
        message: `Class '${className}' has a namespace but is not declared in exports. Declare it, or retire it with an entry of state deleted, renamed or transferred.`,
      });
  if (plan.errors.length > 0)
    throw new ApiError(400, 100402, plan.errors.map(({ message }) => message).join(" "), {
      details: plan.errors,
    });
  const { deleted, given, expectedTransfers, summary, info } = plan;
  return {
    classes: [...plan.classes.values()],
    deleted,
    taken: [],
    given,
    expectedTransfers,
    reconciliation: { ...summary, updated: [], warnings: [], info },
  };
}

function parse(sent: Exports, plan: Plan): readonly (readonly [string, ObjectExport])[] {
  return Object.entries(sent).flatMap(([className, entry]): (readonly [string, ObjectExport])[] => {
    if (entry["type"] === "worker") return [];
    const parsed = objectExport.safeParse({ state: "created", ...entry });
    if (entry["type"] === "durable-object" && parsed.success) return [[className, parsed.data]];
    const why = parsed.success
      ? `type must be durable-object or worker, got ${JSON.stringify(entry["type"])}`
      : mistakes(parsed.error);
    plan.errors.push({
      class: className,
      scenario: "invalid_export",
      message: `The export '${className}' is malformed: ${why}.`,
    });
    return [];
  });
}
