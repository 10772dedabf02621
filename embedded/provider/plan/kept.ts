import type { Attribute, Attributes } from "../facts/facts.ts";
import { isList, isObject, type Value, type Values } from "../values/values.ts";
import { sameValue } from "./plan.ts";

/** The paths, without indices, that the API does not give back: they are taken from the state. */
export function keep(decoded: Values, prior: Values, paths: ReadonlySet<string>): Values {
  let next: Values = decoded;
  for (const path of paths) next = take(next, prior, path.split("."));
  return next;
}

function take(decoded: Values, prior: Values, path: readonly string[]): Values {
  const [name, ...rest] = path;
  if (name === undefined) return decoded;
  const before = prior[name];
  if (rest.length === 0) {
    const { [name]: _, ...others } = decoded;
    return before === undefined ? others : { ...others, [name]: before };
  }
  const inside = decoded[name];
  return isObject(inside)
    ? { ...decoded, [name]: take(inside, isObject(before) ? before : {}, rest) }
    : decoded;
}

/** What was read, spelled as before where it says the same: the order of a set, the spaces in a JSON text. */
export function asBefore(attributes: Attributes, now: Values, before: Values): Values {
  return Object.fromEntries(
    Object.entries(now).map(([name, value]) => {
      const [attribute, prior] = [attributes[name], before[name]];
      return [
        name,
        attribute === undefined || prior === undefined ? value : spelled(attribute, value, prior),
      ];
    }),
  );
}

function spelled(attribute: Attribute, now: Value, before: Value): Value {
  if (sameValue(attribute, now, before)) return before;
  const of = attribute.of;
  if (of === undefined) return now;
  const one = (item: Value, prior: Value | undefined): Value =>
    isObject(item) && isObject(prior) ? asBefore(of, item, prior) : item;
  if (isList(now))
    return isList(before) && attribute.type === "list" ? now.map((item, i) => one(item, before[i])) : now;
  if (attribute.type !== "map" || !isObject(now)) return one(now, before);
  return Object.fromEntries(
    Object.entries(now).map(([key, item]) => [key, one(item, isObject(before) ? before[key] : undefined)]),
  );
}
