import { unknownValue } from "../../../src/engine/property-values.ts";
import type { Attribute, Attributes } from "../facts/facts.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  parsedJson,
  property,
  same,
  type Value,
  type Values,
} from "../values/values.ts";

/**
 * What the resource will be: the inputs, defaults, computed values of the state, and unknowns for what the service will changedPlan.
 * The rules are Terraform's: nothing is unknown while nothing changes; once something does, every computed
 * attribute is, but those that are known to stay (`keepState`).
 */
export function plan(attributes: Attributes, inputs: Values, prior: Values | undefined): Values {
  const proposed = propose(attributes, inputs, prior);
  if (prior !== undefined && sameObject(attributes, proposed, prior)) return proposed;
  return changedPlan(attributes, inputs, prior);
}

/** The inputs with defaults; what is computed as the state has it. */
function propose(attributes: Attributes, inputs: Values, prior: Values | undefined): Values {
  const planned: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const given = configured(attribute, inputs[name]);
    const value =
      given === undefined
        ? stateOf(attribute, prior?.[name])
        : nested(attribute, given, prior?.[name], propose);
    if (!isAbsent(value)) planned[name] = value;
  }
  return planned;
}

/** The plan when something is known to change: the inputs with defaults; what is computed as unknown. */
export function changedPlan(attributes: Attributes, inputs: Values, prior: Values | undefined): Values {
  const planned: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const given = configured(attribute, inputs[name]);
    const value =
      given === undefined
        ? computed(attribute, prior, name)
        : nested(attribute, given, prior?.[name], changedPlan);
    if (!isAbsent(value)) planned[name] = value;
  }
  return planned;
}

/** What the program says, or the default that stands for it. */
function configured(attribute: Attribute, given: Value | undefined): Value | undefined {
  if (!isAbsent(given)) return given;
  return attribute.mode === "computedOptional" ? attribute.default : undefined;
}

const isComputed = (attribute: Attribute): boolean =>
  attribute.mode === "computed" || attribute.mode === "computedOptional";

const stateOf = (attribute: Attribute, before: Value | undefined): Value | undefined =>
  isComputed(attribute) ? before : undefined;

function computed(attribute: Attribute, prior: Values | undefined, name: string): Value | undefined {
  if (!isComputed(attribute)) return undefined;
  return attribute.keepState === true && prior !== undefined ? prior[name] : unknownValue;
}

type PlanObject = (of: Attributes, inputs: Values, prior: Values | undefined) => Values;

function nested(
  attribute: Attribute,
  given: Value,
  before: Value | undefined,
  planObject: PlanObject,
): Value {
  const of = attribute.of;
  if (of === undefined || isUnknown(given)) return given;
  const one = (item: Value, previous: Value | undefined): Value =>
    isObject(item) ? planObject(of, item, isObject(previous) ? previous : undefined) : item;
  switch (attribute.type) {
    case "object":
      return one(given, before);
    case "list":
      return isList(given)
        ? given.map((item, i) => one(item, isList(before) ? before[i] : undefined))
        : given;
    case "set":
      return isList(given) ? given.map((item) => one(item, counterpart(item, before))) : given;
    case "map":
      return isObject(given)
        ? Object.fromEntries(
            Object.entries(given).map(([key, item]) => [key, one(item, property(before, key))]),
          )
        : given;
    case "string":
    case "number":
    case "integer":
    case "boolean":
    case "any":
      return given;
    default:
      return attribute.type satisfies never;
  }
}

/** The element of a set in the state that is this one: by name where it has one, else by all that is configured. */
function counterpart(item: Value, before: Value | undefined): Value | undefined {
  if (!isList(before) || !isObject(item)) return undefined;
  const name = item["name"];
  if (typeof name === "string") return before.find((other) => property(other, "name") === name);
  return before.find((other) =>
    Object.entries(item).every(([key, value]) => same(property(other, key), value)),
  );
}

/** Equal by the attributes of the table, sets without regard to order. */
export const sameObject = (attributes: Attributes, a: Values, b: Values): boolean =>
  Object.entries(attributes).every(([name, attribute]) => sameValue(attribute, a[name], b[name]));

export function sameValue(attribute: Attribute, a: Value | undefined, b: Value | undefined): boolean {
  const of = attribute.of;
  if (attribute.json === true && typeof a === "string" && typeof b === "string" && a !== b) {
    const [x, y] = [parsedJson(a), parsedJson(b)];
    return x !== undefined && y !== undefined && same(x, y);
  }
  const one = (x: Value | undefined, y: Value | undefined): boolean =>
    of !== undefined && isObject(x) && isObject(y) ? sameObject(of, x, y) : same(x, y);
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return false;
    return attribute.type === "set"
      ? a.every((x) => b.some((y) => one(x, y))) && b.every((y) => a.some((x) => one(x, y)))
      : a.every((x, i) => one(x, b[i]));
  }
  if (attribute.type === "map" && isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => one(a[key], b[key]));
  }
  return one(a, b);
}
