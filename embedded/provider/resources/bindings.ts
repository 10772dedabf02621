import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  property,
  text,
  type Value,
  type Values,
} from "../values/values.ts";

/** Which computed properties of a binding the service fills in; in other bindings they are simply not there. */
const filledIn: Readonly<Record<string, readonly string[]>> = {
  d1: ["databaseId"],
  durable_object_namespace: ["className", "namespaceId", "scriptName"],
  workflow: ["className", "scriptName"],
};

/** The planned bindings, without unknowns that nobody will fill in: neither the program nor the service. */
export function withBindings(planned: Values, inputs: Values): Values {
  const bindings = planned["bindings"];
  const given = inputs["bindings"];
  if (!isList(bindings)) return planned;
  return {
    ...planned,
    bindings: bindings.map((binding, i) =>
      isObject(binding) ? withoutForeign(binding, isList(given) ? given[i] : undefined) : binding,
    ),
  };
}

function withoutForeign(binding: Values, given: Value | undefined): Values {
  const type = text(binding, "type");
  if (type === undefined) return binding;
  const may = filledIn[type] ?? [];
  return Object.fromEntries(
    Object.entries(binding).filter(
      ([name, value]) =>
        !isUnknown(value) ||
        may.includes(name) ||
        !computedOfBinding.has(name) ||
        isUnknown(property(given, name)),
    ),
  );
}
const computedOfBinding = new Set(["databaseId", "className", "namespaceId", "scriptName"]);

/** In the order in which the API gives them back. */
export const sortBindings = (body: Values): Values =>
  isList(body["bindings"]) ? { ...body, bindings: [...body["bindings"]].sort(byName) } : body;

export function byName(a: Value, b: Value): number {
  const [x, y] = [String(property(a, "name")), String(property(b, "name"))];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The answered bindings in the order of the planned ones: what the service fills in is merged by position. */
export function inOrderOf(answered: readonly Value[], planned: Value | undefined): readonly Value[] {
  if (!isList(planned)) return [...answered].sort(byName);
  const names = planned.map((binding) => property(binding, "name"));
  const own = names.map((name) => answered.find((binding) => property(binding, "name") === name) ?? {});
  return [...own, ...answered.filter((binding) => !names.includes(property(binding, "name") ?? null))];
}

/** What a binding keeps to itself: no read gives it back. */
const neverShown: Readonly<Record<string, readonly string[]>> = {
  secret_text: ["text"],
  plain_text: ["text"],
  secret_key: ["keyBase64", "keyJwk"],
};

/** Texts and keys are never given back; the order is the program's, and so is a list that is empty. */
export function restoredBindings(read: Value | undefined, before: Value | undefined): Values {
  if (!isList(read)) return isList(before) && before.length === 0 ? { bindings: before } : {};
  const previous = isList(before) ? before : [];
  const withText = read.map((binding): Value => {
    if (!isObject(binding)) return binding;
    const original = previous.find((other) => property(other, "name") === binding["name"]);
    const hidden = (neverShown[text(binding, "type") ?? ""] ?? []).flatMap((name): [string, Value][] => {
      const value = property(original, name);
      return isAbsent(value) || isUnknown(value) ? [] : [[name, value]];
    });
    return { ...binding, ...Object.fromEntries(hidden) };
  });
  const place = (binding: Value): number => {
    const at = previous.findIndex((other) => property(other, "name") === property(binding, "name"));
    return at < 0 ? previous.length : at;
  };
  return { bindings: withText.sort((a, b) => place(a) - place(b)) };
}
