import { type Attribute, type Attributes, snakeCase } from "../facts/facts.ts";
import type { Kind } from "../facts/kind.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  parsedJson,
  type Value,
  type Values,
} from "../values/values.ts";

/** The API's name of an attribute. `path` is without indices. */
function wireName(kind: Kind, path: string, name: string, attribute: Attribute, reading: boolean): string {
  const special = (reading ? kind.wireRead?.[path] : undefined) ?? kind.wire?.[path];
  if (special !== undefined) return special;
  return kind.style === "camel" ? name : (attribute.terraform ?? snakeCase(name));
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/**
 * The body: what is planned and known. With a state, what was there and is not any more becomes an explicit null,
 * which is how the API is told to forget it.
 */
export function encode(
  kind: Kind,
  attributes: Attributes,
  skip: ReadonlySet<string>,
  planned: Values,
  prior: Values | undefined,
): Values {
  return encodeObject({ kind, skip }, attributes, "", planned, prior);
}

interface Encoding {
  readonly kind: Kind;
  readonly skip: ReadonlySet<string>;
}

function encodeObject(
  encoding: Encoding,
  attributes: Attributes,
  path: string,
  planned: Values,
  prior: Values | undefined,
): Values {
  const body: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const here = join(path, name);
    if (attribute.mode === "computed" || encoding.skip.has(here)) continue;
    const value = planned[name];
    if (isUnknown(value)) continue;
    const wire = wireName(encoding.kind, here, name, attribute, false);
    if (!isAbsent(value)) body[wire] = encodeValue(encoding, attribute, here, value, prior?.[name]);
    else if (!isAbsent(prior?.[name])) body[wire] = null;
  }
  return sorted(body);
}

function encodeValue(
  encoding: Encoding,
  attribute: Attribute,
  path: string,
  value: Value,
  prior: Value | undefined,
): Value {
  const of = attribute.of;
  if (attribute.json === true && typeof value === "string") {
    const parsed = parsedJson(value);
    // `null` is a value here, and no text that cannot be read.
    return parsed === undefined ? value : parsed;
  }
  if (of === undefined) return value;
  const one = (item: Value, before: Value | undefined): Value =>
    isObject(item) ? encodeObject(encoding, of, path, item, isObject(before) ? before : undefined) : item;
  if (isList(value)) return value.map((item) => one(item, undefined));
  if (attribute.type !== "map" || !isObject(value)) return one(value, prior);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, one(item, undefined)]));
}

/** Bodies have their fields in order, so that what is sent can be compared and read. */
const sorted = (body: Record<string, Value>): Values =>
  Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The API's answer as property values. Throws when the answer has the wrong types: then the API is at fault, not the program. */
export function decode(kind: Kind, attributes: Attributes, result: Value): Values {
  return decodeObject(kind, attributes, "", result);
}

function decodeObject(kind: Kind, attributes: Attributes, path: string, result: Value): Values {
  if (!isObject(result))
    throw new Error(
      `${kind.token}: the API answered ${JSON.stringify(result)} where ${path || "the result"} should be an object`,
    );
  const values: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const here = join(path, name);
    const value = result[wireName(kind, here, name, attribute, true)];
    if (!isAbsent(value)) values[name] = decodeValue(kind, attribute, here, value);
  }
  return values;
}

function decodeValue(kind: Kind, attribute: Attribute, path: string, value: Value): Value {
  const of = attribute.of;
  const one = (item: Value): Value =>
    of === undefined || item === null ? item : decodeObject(kind, of, path, item);
  switch (attribute.type) {
    case "list":
    case "set":
      return isList(value)
        ? value.map(one)
        : wrong(kind, path, attribute.secret === true ? "something" : value, "a list");
    case "map":
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)]))
        : wrong(kind, path, attribute.secret === true ? "something" : value, "an object");
    case "object":
      return one(value);
    case "string":
      if (attribute.json === true) return JSON.stringify(value);
      if (typeof value !== "string")
        return wrong(kind, path, attribute.secret === true ? "something" : value, "text");
      return attribute.time === true ? toTheSecond(value) : value;
    case "number":
    case "integer":
      return typeof value === "number"
        ? value
        : wrong(kind, path, attribute.secret === true ? "something" : value, "a number");
    case "boolean":
      return typeof value === "boolean"
        ? value
        : wrong(kind, path, attribute.secret === true ? "something" : value, "true or false");
    case "any":
      return value;
    default:
      return attribute.type satisfies never;
  }
}

function wrong(kind: Kind, path: string, value: Value, wanted: string): never {
  throw new Error(
    `${kind.token}: the API answered ${JSON.stringify(value)} for ${path}, which should be ${wanted}`,
  );
}

const toTheSecond = (time: string): string => time.replace(/\.\d+(?=Z|[+-]\d\d:\d\d$)/, "");

/** After a create or an update: the answer decides what is computed; what the program said stands. */
export function completed(attributes: Attributes, planned: Values, answered: Values): Values {
  const values: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const value = completedValue(attribute, planned[name], answered[name]);
    if (!isAbsent(value)) values[name] = value;
  }
  return values;
}

function completedValue(
  attribute: Attribute,
  planned: Value | undefined,
  answered: Value | undefined,
): Value | undefined {
  if (attribute.mode === "computed" || isUnknown(planned)) return answered;
  if (isAbsent(planned)) return attribute.mode === "computedOptional" ? answered : undefined;
  const of = attribute.of;
  if (of === undefined) return planned;
  const one = (item: Value, other: Value | undefined): Value =>
    isObject(item) ? completed(of, item, isObject(other) ? other : {}) : item;
  if (isList(planned)) return planned.map((item, i) => one(item, isList(answered) ? answered[i] : undefined));
  if (attribute.type !== "map" || !isObject(planned)) return one(planned, answered);
  return Object.fromEntries(
    Object.entries(planned).map(([key, item]) => [
      key,
      one(item, isObject(answered) ? answered[key] : undefined),
    ]),
  );
}
