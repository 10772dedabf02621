import { types } from "../../seen/types.ts";
import { textAt, unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** Where data lies cannot change later: another place is another, empty store. */
export const placeIsSaid: ResourceRule = {
  id: "place-is-said",
  title: "A D1 database or an R2 bucket says in which jurisdiction its data stays.",
  why: "The place is chosen once, by whoever creates the store, and cannot change later without a new store and a copy of everything.",
  remediation:
    'Write `jurisdiction` when the store is made: "eu", "fedramp" or "us". Never add it to a store that has data: it would be replaced.',
  severity: "low",
  // Only who has promised where data lies needs it, and a store that is there already cannot be mended.
  levels: { protected: "disabled", others: "disabled" },
  settings: {
    wanted: {
      kind: "choice",
      says: "The jurisdiction that is promised; `any`: one has to be said",
      standard: "any",
      of: ["any", "eu", "fedramp", "us"],
    },
  },
  of: [types.d1, types.r2],
  check: (resource, { text }) => {
    const jurisdiction = textAt(resource.props, "jurisdiction");
    if (jurisdiction === unknown) return [cannotTell(resource, "its jurisdiction")];
    const wanted = text("wanted");
    const isSaid = jurisdiction !== undefined && jurisdiction !== "" && jurisdiction !== "default";
    if (isSaid && (wanted === "any" || jurisdiction === wanted)) return [];
    return [
      violation(
        isSaid
          ? `${resource.name} keeps its data in jurisdiction ${jurisdiction}; ${wanted} is promised. Make a new store there and copy what it holds.`
          : `${resource.name} says no jurisdiction: its data may lie anywhere. Say it when the store is made; it cannot change later.`,
      ),
    ];
  },
};
