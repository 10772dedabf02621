import type { Attribute, Attributes } from "../facts/facts.ts";
import { isAbsent, isList, isObject, same, type Value, type Values } from "../values/values.ts";
import { isInternal } from "./check.ts";
import { sameValue } from "./plan.ts";

/** After a refresh: the inputs as they would be for the state that was found. Only what was an input stays one. */
export function refreshedInputs(attributes: Attributes, before: Values, outputs: Values): Values {
  return Object.fromEntries(
    Object.entries(before).flatMap(([name, input]) => {
      const attribute = attributes[name];
      if (attribute === undefined) return isInternal(name) ? [] : [[name, input]];
      const now = refreshed(attribute, input, outputs[name]);
      return isAbsent(now) ? [] : [[name, now]];
    }),
  );
}

function refreshed(attribute: Attribute, input: Value, output: Value | undefined): Value | undefined {
  if (isAbsent(output) || sameValue(attribute, input, output)) return isAbsent(output) ? undefined : input;
  const of = attribute.of;
  const one = (before: Value, now: Value): Value =>
    of !== undefined && isObject(before) && isObject(now) ? refreshedInputs(of, before, now) : now;
  if (isList(input) && isList(output)) {
    if (attribute.type === "set" && of !== undefined)
      return output.map((now) => one(input.find((before) => overlaps(before, now)) ?? now, now));
    return output.map((now, i) => one(input[i] ?? now, now));
  }
  return one(input, output);
}

/** The element that was this one: the same name, or everything that was configured is unchanged. */
const overlaps = (before: Value, now: Value): boolean =>
  isObject(before) &&
  isObject(now) &&
  ("name" in before
    ? same(before["name"], now["name"])
    : Object.entries(before).every(([key, value]) => same(value, now[key])));

/** After an import: everything a program could say, but for what is the default anyway. */
export function importedInputs(attributes: Attributes, outputs: Values): Values {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]) => {
      const value = outputs[name];
      if (isAbsent(value) || attribute.mode === "computed") return [];
      if (
        attribute.mode !== "required" &&
        attribute.default !== undefined &&
        sameValue(attribute, value, attribute.default)
      )
        return [];
      return [[name, imported(attribute, value)]];
    }),
  );
}

function imported(attribute: Attribute, value: Value): Value {
  const of = attribute.of;
  if (of === undefined) return value;
  const one = (item: Value): Value => (isObject(item) ? importedInputs(of, item) : item);
  if (isList(value)) return value.map(one);
  if (attribute.type !== "map" || !isObject(value)) return one(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)]));
}

/**
 * What `pulumi import` was given, taken apart: `{accountId}/{id}`, the last with a `?` when it may be left out, with a `+` when it has slashes.
 * Undefined when it has another shape.
 */
export function parseImportId(
  template: string,
  given: string,
): { readonly id: string; readonly values: Values } | undefined {
  const names = template.split("/").map((part) => part.slice(1, -1));
  const parts = given.split("/");
  if (names.at(-1)?.endsWith("+") === true && parts.length > names.length)
    parts.splice(names.length - 1, parts.length, parts.slice(names.length - 1).join("/"));
  const needed = names.filter((name) => !name.endsWith("?")).length;
  if (parts.length < needed || parts.length > names.length || parts.includes("")) return undefined;
  const values = Object.fromEntries(parts.map((part, i) => [(names[i] ?? "").replace(/[?+]$/, ""), part]));
  return { id: values["id"] ?? "", values };
}
