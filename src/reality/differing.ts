/** `delivery_delay` is `deliveryDelay` in a state. */
const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An answer of the API as a state spells it. */
export function asState(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asState);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [camelCase(name), asState(each)]));
}

/**
 * What of a value is otherwise: `logs.enabled: true → false`. Only what `expected` has is looked at: what Cloudflare adds was never
 * declared.
 */
export function differing(expected: unknown, found: unknown, path = ""): readonly string[] {
  if (isRecord(expected)) {
    const there = isRecord(found) ? found : {};
    return Object.entries(expected).flatMap(([name, value]) =>
      differing(value, there[name], path === "" ? name : `${path}.${name}`),
    );
  }
  if (expected === undefined || expected === null) return [];
  const [before, after] = [text(expected), text(found)];
  return before === after ? [] : [`${path}: ${before} → ${after}`];
}

const text = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(sorted(value)));

/** With the members of every object in one order: an API may say them in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
