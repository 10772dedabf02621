import type { Action } from "./action.ts";

type OnTable = Extract<Action, { readonly kind: "create" | "drop" }> & {
  readonly object: "index" | "trigger";
};

/** Whether a statement makes or drops an index or a trigger: which table that is on, its name does not say. */
export const isOnTable = (action: Action): action is OnTable =>
  (action.kind === "create" || action.kind === "drop") &&
  (action.object === "index" || action.object === "trigger");

/** The table or view that a statement changes, by the name it has there; undefined where it names none. */
export function changedTable(action: Action): string | undefined {
  switch (action.kind) {
    case "create":
    case "drop":
      return isOnTable(action) ? undefined : action.name;
    case "addColumn":
    case "dropColumn":
    case "renameColumn":
    case "renameTable":
    case "alterOther":
    case "insert":
    case "update":
    case "delete":
      return action.table;
    case "pragma":
    case "select":
    case "other":
      return undefined;
    default:
      return action satisfies never;
  }
}
