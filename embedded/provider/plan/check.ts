import type { Attribute, Attributes } from "../facts/facts.ts";
import { secret } from "../values/secret.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  parsedJson,
  type Value,
  type Values,
} from "../values/values.ts";

export interface Failure {
  /** As the engine writes paths: `rules[0].allowed.methods`. */
  readonly property: string;
  readonly reason: string;
}

/** What is wrong with the inputs. Unknown values are taken on trust: they are checked again when they are known. */
export function failures(attributes: Attributes, inputs: Values): readonly Failure[] {
  return checkObject(attributes, inputs, "");
}

/** Properties that the engine and other providers keep beside the inputs. */
export const isInternal = (name: string): boolean => name.startsWith("__");

function checkObject(attributes: Attributes, values: Values, path: string): readonly Failure[] {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const extra = Object.keys(values).flatMap((name): Failure[] => {
    if (isInternal(name) || isAbsent(values[name]) || attributes[name] !== undefined) return [];
    const inputs = Object.keys(attributes).filter((other) => attributes[other]?.mode !== "computed");
    return [{ property: at(name), reason: `there is no such property; there are ${inputs.join(", ")}` }];
  });
  const known = Object.entries(attributes).flatMap(([name, attribute]): readonly Failure[] => {
    const value = values[name];
    if (isAbsent(value))
      return attribute.mode === "required" ? [{ property: at(name), reason: "is required" }] : [];
    if (attribute.mode === "computed" && path === "")
      return [{ property: at(name), reason: "is computed by the service and cannot be set" }];
    return checkValue(attribute, value, at(name));
  });
  return [...extra, ...known];
}

function checkValue(attribute: Attribute, value: Value, path: string): readonly Failure[] {
  if (isUnknown(value)) return [];
  const of = attribute.of;
  const one = (item: Value, at: string): readonly Failure[] => {
    if (isUnknown(item)) return [];
    if (of !== undefined) return isObject(item) ? checkObject(of, item, at) : [wrong(at, "an object", item)];
    return attribute.items === undefined || typeof item === attribute.items
      ? []
      : [wrong(at, article(attribute.items), item)];
  };
  switch (attribute.type) {
    case "any":
      return [];
    case "object":
      return one(value, path);
    case "list":
    case "set":
      return isList(value)
        ? value.flatMap((item, i) => one(item, `${path}[${i}]`))
        : [wrong(path, "a list", value)];
    case "map":
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) => one(item, `${path}.${key}`))
        : [wrong(path, "an object", value)];
    case "string":
      if (attribute.json === true && typeof value === "string" && parsedJson(value) === undefined)
        return [{ property: path, reason: "should be JSON, as a text" }];
      return typeof value === "string" ? [] : [wrong(path, article("string"), value)];
    case "number":
    case "boolean":
      return typeof value === attribute.type ? [] : [wrong(path, article(attribute.type), value)];
    case "integer":
      return Number.isInteger(value) ? [] : [wrong(path, "a whole number", value)];
    default:
      return attribute.type satisfies never;
  }
}

const article = (type: "string" | "number" | "boolean"): string =>
  ({ string: "text", number: "a number", boolean: "true or false" })[type];

/** The value itself is not shown: it may be a secret. */
function wrong(property: string, wanted: string, value: Value): Failure {
  const got =
    value === null
      ? "null"
      : isList(value)
        ? "a list"
        : isObject(value)
          ? "an object"
          : article(
              value === true || value === false ? "boolean" : typeof value === "number" ? "number" : "string",
            );
  return { property, reason: `should be ${wanted}, got ${got}` };
}

/** The same values with every attribute that the schema calls secret wrapped, unknown ones too. */
export function markSecrets(attributes: Attributes, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const attribute = attributes[name];
      return [name, attribute === undefined || isAbsent(value) ? value : markValue(attribute, value)];
    }),
  );
}

function markValue(attribute: Attribute, value: Value): Value {
  if (attribute.secret === true) return secret(value);
  const of = attribute.of;
  if (of === undefined) return value;
  const one = (item: Value): Value => (isObject(item) ? markSecrets(of, item) : item);
  if (isList(value)) return value.map(one);
  if (attribute.type !== "map" || !isObject(value)) return one(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)]));
}
