import { kindOf, kinds } from "../../../src/resources/kinds/kinds.ts";
import { type ResourceRule, violation } from "../rule.ts";

/** A store that is replaced is another, empty one; deleted first, nothing is left to go back to. */
export const noDeleteBeforeReplace: ResourceRule = {
  id: "no-delete-before-replace",
  title: "Nothing that holds data is deleted before its replacement is made.",
  why: "A replaced store is a new, empty one. Deleted first, the old one is gone before anybody can see that.",
  remediation:
    "Take `deleteBeforeReplace` off the store; make the new one beside it, copy, and then retire the old one.",
  severity: "critical",
  levels: { protected: "mandatory", others: "advisory" },
  of: Object.values(kinds)
    .filter(({ kind }) => kind !== "worker")
    .map(({ type }) => type),
  check: (resource) =>
    resource.deleteBeforeReplace
      ? [
          violation(
            `${resource.name} (${kindOf(resource.type)?.kind ?? "store"}) is deleted before its replacement is made: a change that replaces it would lose what it holds. Take deleteBeforeReplace off it.`,
          ),
        ]
      : [],
};
