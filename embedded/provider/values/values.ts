import { unknownValue } from "../../../src/engine/property-values.ts";

/** A property value as the provider works with it: plain JSON, with {@link unknownValue} where a value is not known yet. */
export type Value = null | boolean | number | string | readonly Value[] | Values;
export interface Values {
  readonly [property: string]: Value;
}

export const isUnknown = (value: Value | undefined): boolean => value === unknownValue;
export const isAbsent = (value: Value | undefined): value is null | undefined =>
  value === undefined || value === null;
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
export const isObject = (value: Value | undefined): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether anything inside is not known yet. */
export function hasUnknown(value: Value | undefined): boolean {
  if (isList(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

/** Equal as data. A property that is null and one that is absent are the same, as in Terraform. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (isAbsent(a) || isAbsent(b)) return isAbsent(a) && isAbsent(b);
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isObject(a)) {
    if (!isObject(b)) return false;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
  }
  return a === b;
}

/** Without nulls and without unknowns: what may be stored after a deployment. */
export function settled(value: Value): Value {
  if (isList(value)) return value.map((item) => (isUnknown(item) ? null : settled(item)));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      isAbsent(item) || isUnknown(item) ? [] : [[key, settled(item)]],
    ),
  );
}

/** What a text says as JSON; undefined when it is none. */
export function parsedJson(text: string): Value | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object's property, or undefined for anything that is not an object. */
export const property = (value: Value | undefined, name: string): Value | undefined =>
  isObject(value) ? value[name] : undefined;

/** The text at a property; undefined when it is absent, unknown or something else. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}
