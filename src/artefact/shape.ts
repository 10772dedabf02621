import type { Resource } from "../declare/index.ts";

/** Of a worker or store: what is a place of files (their bytes are parts of their own), what differs by stage, and notes that nothing deploys. */
const leftOut = new Set([
  ...["main", "pages", "migrations"],
  ...["adopt", "domains", "routes", "customDomains"],
  ...["notSecret", "copy"],
]);
const resourceKinds: Readonly<Record<Resource["kind"], true>> = {
  ...{ worker: true, d1: true, r2: true, kv: true },
  ...{ vectorize: true, queue: true, aiGateway: true, hyperdrive: true },
};

/**
 * A declared worker or store as every stage has it, as plain data: whatever it refers to is a kind and a name, a text that differs by stage is only
 * that it does.
 */
export const shapeOf = (declared: Resource): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(declared)
      .filter(([key]) => !leftOut.has(key))
      .map(([key, value]) => [key, propertyOf(key, value)]),
  );

/**
 * A declared worker or store with all that an `up` could bring of it, also what differs by stage: as plain data, without the notes that nothing
 * deploys.
 */
export const wholeShapeOf = (declared: Resource): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(declared)
      .filter(([key]) => key !== "notSecret" && key !== "copy")
      .map(([key, value]) => [key, plain(value, true)]),
  );

function propertyOf(key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return plain(value);
  // A schedule for each stage.
  if (key === "crons" && !Array.isArray(value)) return "by stage";
  if (key !== "assets") return plain(value);
  const { directory: _, ...settings } = Object.fromEntries(Object.entries(value));
  return plain(settings);
}

/** @param isWhole also what differs by stage */
function plain(value: unknown, isWhole = false): unknown {
  // Written as a function where two constants name each other: service(() => other).
  if (typeof value === "function") return plain(value(), isWhole);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => plain(each, isWhole));
  const { kind, name, ...rest } = Object.fromEntries(Object.entries(value));
  if (typeof kind === "string" && typeof name === "string" && Object.hasOwn(resourceKinds, kind))
    return { kind, name };
  const all = (): unknown =>
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, isWhole)]));
  switch (kind) {
    case "perStage":
      return isWhole ? all() : { kind };
    // Somebody's own data: nothing in it is a reference.
    case "json":
    case "raw":
      return value;
    case "secret": {
      if (isWhole) return all();
      const { fallback: _, ...shape } = rest;
      return { kind, ...shape };
    }
    default:
      return all();
  }
}
