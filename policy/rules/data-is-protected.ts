import { kindOf } from "../../src/resources/kinds/kinds.ts";
import type { Declarations } from "../declared.ts";
import type { Rule } from "./rule.ts";

/** Whatever holds data is protected where data cannot be made again. A stack that is no known stage counts as such. */
export const dataIsProtected: Rule = (declared) => ({
  name: "data-is-protected",
  description:
    "Databases, buckets, namespaces, indexes, queues and workers with Durable Objects carry `protect` in protected stages.",
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    const kind = kindOf(args.type)?.kind;
    if (kind === undefined || declared.stageOf(args.urn)?.protected === false || args.opts.protect) return;
    if (kind === "worker" && !hasObjects(declared, args.name)) return;
    report(
      `${args.name} (${kind}) holds data and is not protected: one mistaken \`pulumi up\` or \`destroy\` could delete it. ` +
        "Create it through src/resources, whose durability(stage) protects it, or pass { protect: true }.",
    );
  },
});

/** Deleting a worker deletes the Durable Objects it has. */
function hasObjects({ declaredAs }: Declarations, logicalName: string): boolean {
  const worker = declaredAs("worker", logicalName);
  return worker?.kind === "worker" && Object.keys(worker.durableObjects).length > 0;
}
