/** What a rule finds where a value is not known before the update. */
export const unknown: unique symbol = Symbol("not known yet");

/** A property of a resource as a rule sees it: plain data without secrets' wrapping, with {@link unknown} where nothing is known yet. */
export type Value = string | number | boolean | null | undefined | typeof unknown | readonly Value[] | Props;

export interface Props {
  readonly [name: string]: Value;
}

export const isProps = (value: unknown): value is Props =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A property of a property; {@link unknown} where anything on the way is, undefined where there is nothing. */
export function at(value: Value, ...path: readonly string[]): Value {
  let found = value;
  for (const name of path) {
    if (found === unknown) return unknown;
    found = isProps(found) ? found[name] : undefined;
  }
  return found;
}

/** A list; empty where there is none. */
export const listAt = (value: Value, ...path: readonly string[]): readonly Value[] | typeof unknown => {
  const found = at(value, ...path);
  if (found === unknown) return unknown;
  return Array.isArray(found) ? found : [];
};

/** A text; undefined where there is none. */
export const textAt = (value: Value, ...path: readonly string[]): string | typeof unknown | undefined => {
  const found = at(value, ...path);
  return found === unknown || typeof found === "string" ? found : undefined;
};

/** A number; undefined where there is none. */
export const numberAt = (value: Value, ...path: readonly string[]): number | typeof unknown | undefined => {
  const found = at(value, ...path);
  return found === unknown || typeof found === "number" ? found : undefined;
};

/** A text that is known. */
export const knownText = (value: Value): string | undefined =>
  typeof value === "string" ? value : undefined;
