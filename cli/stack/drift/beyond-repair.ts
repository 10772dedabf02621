import { signatureKey, unknownValues } from "../../../src/engine/property-values.ts";
import { differing } from "../../../src/reality/differing.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import type { PlannedChange } from "../plan/plan-digest.ts";

/** A repair makes a resource again or sets it again. Whatever else the engine would do is no repair. */
const harmless: ReadonlySet<string> = new Set(["same", "read", "refresh", "create", "update"]);

/**
 * What planned changes would do more than put back what the stack left, by URN, a line each: because the declaration has changed since, a
 * resource would be replaced, or be set otherwise than it was.
 */
export function beyondRepair(
  changes: readonly PlannedChange[],
  state: readonly ExportedResource[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { type, name, ops, after } of changes) {
    const left = state.find((each) => each.type === type && each.name === name);
    const lines = [
      ...ops.filter((op) => !harmless.has(op)).map((op) => `the engine would ${op} it`),
      ...(left === undefined ? [] : declaredSince(left.inputs, after)),
    ];
    if (lines.length > 0) found.set(left?.urn ?? `${type}::${name}`, lines);
  }
  return found;
}

function declaredSince(left: unknown, after: unknown): readonly string[] {
  const [was, is] = [readable(left), readable(after)];
  const added = differing(is, was).filter((line) => line.endsWith(" → nothing"));
  return [
    ...differing(was, is),
    ...added.map((line) => line.replace(/^(\S+): (.*) → nothing$/s, "$1: nothing → $2")),
  ];
}

/** Without what only the engine reads, and without what one side seals and the other hides, or does not know yet. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === "string") return value === "[secret]" || unknownValues.has(value) ? undefined : value;
  if (typeof value !== "object" || value === null) return value;
  if (signatureKey in value) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === "__defaults" ? [] : [[key, readable(inner)]])),
  );
}
