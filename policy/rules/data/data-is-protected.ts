import { kindOf } from "../../../src/resources/kinds/kinds.ts";
import type { Declarations } from "../../declared.ts";
import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { type ResourceRule, violation } from "../rule.ts";

/** Whatever holds data is protected where data cannot be made again. */
export const dataIsProtected: ResourceRule = {
  id: "data-is-protected",
  title:
    "Databases, buckets, namespaces, indexes, queues, gateways and workers with Durable Objects carry `protect` in protected stages.",
  why: "One mistaken `pulumi up` or `pulumi destroy` deletes an unprotected store with everything in it.",
  remediation: "Pass `{ protect: true }`; in a Lockstep project, make the store through its declaration.",
  severity: "critical",
  levels: { protected: "mandatory", others: "disabled" },
  // A Hyperdrive configuration holds nothing that its declaration does not say.
  of: [types.d1, types.r2, types.kv, types.vectorize, types.queue, types.gateway, types.worker],
  check: (resource, { declared }) => {
    const kind = kindOf(resource.type)?.kind;
    if (kind === undefined || resource.protect) return [];
    if (kind === "worker" && !hasObjects(declared, resource)) return [];
    return [
      violation(
        `${resource.name} (${kind}) holds data and is not protected: one mistaken \`pulumi up\` or \`destroy\` could delete it. Pass { protect: true }; a store that a Lockstep system declares has it.`,
      ),
    ];
  },
};

/** Deleting a worker deletes the Durable Objects it has. */
function hasObjects({ declaredAs }: Declarations, { name }: SeenResource): boolean {
  const worker = declaredAs("worker", name);
  return worker?.kind === "worker" && Object.keys(worker.durableObjects).length > 0;
}
