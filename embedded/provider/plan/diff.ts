import type { Attribute, Attributes } from "../facts/facts.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  property,
  same,
  type Value,
  type Values,
} from "../values/values.ts";
import { sameValue } from "./plan.ts";

export type ChangeKind = "add" | "delete" | "update";

/** One property that differs between the state and the plan. */
export interface Change {
  /** As the engine writes it: `rules[0].prefix`. */
  readonly path: string;
  readonly top: string;
  readonly kind: ChangeKind;
  /** Whether this change alone makes a new resource. */
  readonly replace: boolean;
  /** Only the service decides it: it follows from the other changes and says nothing by itself. */
  readonly computed: boolean;
}

/** Every difference between the plan and the state, to the leaves. Empty: nothing to do. */
export function differences(
  attributes: Attributes,
  inputs: Values,
  planned: Values,
  prior: Values,
): readonly Change[] {
  return Object.entries(attributes).flatMap(([name, attribute]) =>
    compare(
      attribute,
      { path: key("", name), top: name, replace: false },
      inputs[name],
      planned[name],
      prior[name],
    ),
  );
}

interface Place {
  readonly path: string;
  readonly top: string;
  /** Whether something above already makes every change here a replacement. */
  readonly replace: boolean;
}

function compare(
  attribute: Attribute,
  above: Place,
  given: Value | undefined,
  planned: Value | undefined,
  prior: Value | undefined,
): readonly Change[] {
  if (sameValue(attribute, planned, prior)) return [];
  const computed =
    isAbsent(given) && attribute.mode !== "required" && attribute.mode !== "optional" && isUnknown(planned);
  const own = attribute.replace === "always" || (attribute.replace === "ifConfigured" && !isAbsent(given));
  const place = { ...above, replace: own || (above.replace && !computed) };
  const inside =
    isAbsent(planned) || isAbsent(prior) || isUnknown(planned)
      ? undefined
      : within(attribute, place, given, planned, prior);
  if (inside !== undefined) return inside;
  const kind: ChangeKind = isAbsent(prior) ? "add" : isAbsent(planned) ? "delete" : "update";
  const replace = place.replace || (kind !== "update" && replacesInside(attribute));
  return [{ path: place.path, top: place.top, kind, replace, computed }];
}

/** The differences of the parts, or undefined for a value without parts. */
function within(
  attribute: Attribute,
  place: Place,
  given: Value | undefined,
  planned: Value,
  prior: Value,
): readonly Change[] | undefined {
  const of = attribute.of;
  if (isList(planned) && isList(prior)) {
    const pairs = attribute.type === "set" ? pairSet(attribute, planned, prior) : pairList(planned, prior);
    return pairs.flatMap(({ index, now, before }) =>
      element(
        attribute,
        { ...place, path: `${place.path}[${index}]` },
        isList(given) ? given[index] : undefined,
        now,
        before,
      ),
    );
  }
  if (!isObject(planned) || !isObject(prior)) return undefined;
  if (attribute.type === "object" && of !== undefined) {
    return Object.entries(of).flatMap(([name, part]) =>
      compare(
        part,
        { ...place, path: key(place.path, name) },
        property(given, name),
        planned[name],
        prior[name],
      ),
    );
  }
  return [...new Set([...Object.keys(planned), ...Object.keys(prior)])].flatMap((name) =>
    element(
      attribute,
      { ...place, path: key(place.path, name) },
      property(given, name),
      planned[name],
      prior[name],
    ),
  );
}

/** An element of a list, set or map is compared as what its collection holds. */
function element(
  collection: Attribute,
  place: Place,
  given: Value | undefined,
  now: Value | undefined,
  before: Value | undefined,
): readonly Change[] {
  const one: Attribute = {
    type: collection.of === undefined ? "any" : "object",
    mode: "optional",
    of: collection.of,
  };
  return compare(one, place, given, now, before);
}

interface Pair {
  readonly index: number;
  readonly now: Value | undefined;
  readonly before: Value | undefined;
}

const pairList = (now: readonly Value[], before: readonly Value[]): readonly Pair[] =>
  Array.from({ length: Math.max(now.length, before.length) }, (_, index) => ({
    index,
    now: now[index],
    before: before[index],
  }));

/**
 * Elements with the same name belong together; of the others, those that are equal. What is left is added or gone, and
 * both at one place are a change of it: a path can be said once.
 */
function pairSet(attribute: Attribute, now: readonly Value[], before: readonly Value[]): readonly Pair[] {
  const one: Attribute = {
    type: attribute.of === undefined ? "any" : "object",
    mode: "optional",
    of: attribute.of,
  };
  const left = new Map(before.entries());
  const take = (wanted: (value: Value, index: number) => boolean): Value | undefined => {
    for (const [index, value] of left)
      if (wanted(value, index)) {
        left.delete(index);
        return value;
      }
    return undefined;
  };
  const pairs = now.map((value, index): Pair => {
    const name = property(value, "name");
    const wanted = (other: Value): boolean =>
      isAbsent(name) ? sameValue(one, value, other) : same(property(other, "name"), name);
    return { index, now: value, before: take(wanted) };
  });
  const added = pairs.map((pair) =>
    pair.before === undefined ? { ...pair, before: take((_, index) => index === pair.index) } : pair,
  );
  return [...added, ...[...left].map(([index, value]): Pair => ({ index, now: undefined, before: value }))];
}

const replacesInside = (attribute: Attribute): boolean =>
  Object.values(attribute.of ?? {}).some((part) => part.replace === "always" || replacesInside(part));

const key = (path: string, name: string): string => {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}["${name.replace(/"/g, '\\"')}"]`;
  return path === "" ? name : `${path}.${name}`;
};
