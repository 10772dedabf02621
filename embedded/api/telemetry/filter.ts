import { z } from "zod";
import { ApiError } from "../http/service.ts";
import type { TelemetryEvent } from "./events.ts";

const value = z.union([z.string(), z.number(), z.boolean()]);
export type Value = z.infer<typeof value>;

const operations = [
  ...["includes", "not_includes", "starts_with", "ends_with", "regex", "exists", "is_null", "in", "not_in"],
  ...["eq", "neq", "gt", "gte", "lt", "lte", "=", "!=", ">", ">=", "<", "<="],
] as const;
const combination = z.enum(["and", "or", "AND", "OR"]).default("and");
const leaf = z.looseObject({
  kind: z.literal("filter").optional(),
  key: z.string(),
  operation: z.enum(operations),
  type: z.enum(["string", "number", "boolean"]),
  value: value.optional(),
});
export type Leaf = z.infer<typeof leaf>;

export interface Group {
  readonly kind: "group";
  readonly filterCombination: z.infer<typeof combination>;
  readonly filters: readonly (Leaf | Group)[];
}

export const group: z.ZodType<Group> = z.lazy(() =>
  z.object({
    kind: z.literal("group"),
    filterCombination: combination,
    filters: z.array(z.union([group, leaf])),
  }),
);
export const filters = z.array(z.union([group, leaf])).default([]);
export const filterCombination = combination;

/** `$workers.scriptVersion.id` → what the event has there; undefined where it has nothing, or no single value. */
export function valueAt(event: TelemetryEvent, key: string): Value | undefined {
  let at: unknown = event;
  for (const name of key.split(".")) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.entries(at).find(([member]) => member === name)?.[1];
  }
  return value.safeParse(at).data;
}

export function passes(event: TelemetryEvent, filter: Leaf | Group): boolean {
  if (filter.kind !== "group") return compare(valueAt(event, filter.key), filter);
  return filter.filterCombination.toLowerCase() === "and"
    ? filter.filters.every((each) => passes(event, each))
    : filter.filters.some((each) => passes(event, each));
}

/** Numbers as numbers, everything else as texts, and their case counts. */
function compare(found: Value | undefined, { operation, type, value: wanted, key }: Leaf): boolean {
  if (operation === "exists") return found !== undefined;
  if (operation === "is_null") return found === undefined;
  const text = String(wanted ?? "");
  const listed = text.split(",").map((one) => one.trim());
  const negated = operation === "neq" || operation === "!=" || operation.startsWith("not_");
  if (found === undefined) return negated;
  const mine = String(found);
  switch (operation) {
    case "includes":
      return mine.includes(text);
    case "not_includes":
      return !mine.includes(text);
    case "starts_with":
      return mine.startsWith(text);
    case "ends_with":
      return mine.endsWith(text);
    case "regex":
      return expression(text, key).test(mine);
    case "in":
      return listed.includes(mine);
    case "not_in":
      return !listed.includes(mine);
    case "eq":
    case "=":
      return type === "number" ? Number(found) === Number(wanted) : mine === text;
    case "neq":
    case "!=":
      return type === "number" ? Number(found) !== Number(wanted) : mine !== text;
    case "gt":
    case ">":
      return Number(found) > Number(wanted);
    case "gte":
    case ">=":
      return Number(found) >= Number(wanted);
    case "lt":
    case "<":
      return Number(found) < Number(wanted);
    case "lte":
    case "<=":
      return Number(found) <= Number(wanted);
    default:
      throw new Error(`operation ${operation} is checked where the query is read`);
  }
}

function expression(text: string, key: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new ApiError(400, 7400, `The filter of ${key} is no regular expression: ${text}`);
  }
}
