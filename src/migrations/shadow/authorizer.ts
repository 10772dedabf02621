import { constants } from "node:sqlite";
import { allowedFunctions, allowedModules, allowedPragmas } from "./d1-limits.ts";

/** One thing that SQLite asked leave for while it compiled a statement. */
export interface Event {
  /** SQLite's own word without its prefix: `DROP_TABLE`, `DELETE`, `READ` … */
  readonly action: string;
  /** Mostly a table's name. */
  readonly a: string;
  /** Mostly a column's name. */
  readonly b: string;
  /** `main`, `temp`, or nothing. */
  readonly database: string;
  /** The trigger or view that the action comes from. */
  readonly source: string;
}

const actionNames: ReadonlyMap<number, string> = new Map(
  Object.entries(constants)
    .filter(
      ([name, value]) => /^SQLITE_(?!OK$|DENY$|IGNORE$|CHANGESET)/.test(name) && typeof value === "number",
    )
    .map(([name, value]) => [Number(value), name.slice("SQLITE_".length)]),
);

/** An authorizer call as an event, with SQLite's own disorder (ALTER_TABLE and DETACH) put right. */
export function event(
  code: number,
  a: string | null,
  b: string | null,
  database: string | null,
  source: string | null,
): Event {
  const action = actionNames.get(code) ?? `ACTION_${code}`;
  if (action === "ALTER_TABLE")
    return { action, a: b ?? "", b: database ?? "", database: a ?? "", source: source ?? "" };
  return { action, a: a ?? "", b: b ?? "", database: database ?? "", source: source ?? "" };
}

const isName = (name: string): boolean => !name.toLowerCase().startsWith("_cf_");

/** Why D1 refuses what SQLite asks leave for; undefined when it does not. The port of workerd's `isAuthorized`. */
export function denial({ action, a, b, database }: Event): string | undefined {
  if (database === "temp") {
    return action === "READ" || action === "UPDATE" ? named(a) : "temporary objects do not exist on D1";
  }
  if (database !== "" && database !== "main") return "D1 knows no other database than main";
  switch (action) {
    case "SELECT":
    case "ANALYZE":
    case "RECURSIVE":
      return undefined;
    case "CREATE_TABLE":
    case "DELETE":
    case "DROP_TABLE":
    case "INSERT":
    case "CREATE_VIEW":
    case "DROP_VIEW":
    case "REINDEX":
    case "ALTER_TABLE":
    case "READ":
    case "UPDATE":
      return named(a);
    case "CREATE_INDEX":
    case "DROP_INDEX":
    case "CREATE_TRIGGER":
    case "DROP_TRIGGER":
      return named(a) ?? named(b);
    case "TRANSACTION":
    case "SAVEPOINT":
      return "D1 runs each request in a transaction of its own: BEGIN, COMMIT, ROLLBACK, SAVEPOINT and RELEASE are refused";
    case "PRAGMA":
      return pragma(a, b);
    case "FUNCTION":
      return allowedFunctions.has(b) ? undefined : `the function ${b}() is not allowed on D1`;
    case "CREATE_VTABLE":
    case "DROP_VTABLE":
      return allowedModules.has(b.toLowerCase())
        ? named(a)
        : `the virtual table module ${b} does not exist on D1`;
    case "ATTACH":
    case "DETACH":
      return "ATTACH and DETACH are refused on D1";
    default:
      return action.includes("_TEMP_")
        ? "temporary objects do not exist on D1"
        : `${action} is refused on D1`;
  }
}

const named = (name: string): string | undefined =>
  isName(name) ? undefined : `names that start with _cf_ are D1's own: ${name}`;

function pragma(name: string, argument: string): string | undefined {
  const wanted = allowedPragmas.get(name.toLowerCase());
  const refused = `PRAGMA ${name}${argument === "" ? "" : `(${argument})`} is not allowed on D1`;
  switch (wanted) {
    case undefined:
      return refused;
    case "none":
      return argument === "" ? undefined : refused;
    case "boolean":
      return argument === "" || /^["']?(true|false|yes|no|on|off|1|0)/i.test(argument) ? undefined : refused;
    case "name":
      return argument === "" ? refused : named(argument);
    case "optionalName":
      return named(argument);
    case "optionalNumber":
      return argument === "" || /^-?\d+$/.test(argument) ? undefined : refused;
    case "optionalNumberOrName":
      return named(argument);
    default:
      return wanted satisfies never;
  }
}
