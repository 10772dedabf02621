import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { type Attribute, type Attributes, facts } from "../facts/facts.ts";
import type { Kind } from "../facts/kind.ts";
import { completed, decode, encode } from "../lifecycle/wire.ts";
import { fromStruct, toStruct } from "../protocol/struct.ts";
import { kinds } from "../resources/index.ts";
import { hasUnknown, isAbsent, isList, isObject, type Value, type Values } from "../values/values.ts";
import { failures } from "./check.ts";
import { differences } from "./diff.ts";
import { refreshedInputs } from "./inputs.ts";
import { plan, sameValue } from "./plan.ts";

/** Inputs that a program could write for these attributes. */
function inputsOf(attributes: Attributes, depth = 0): fc.Arbitrary<Values> {
  const entries = Object.entries(attributes).filter(([, { mode }]) => mode !== "computed");
  const model = Object.fromEntries(
    entries.map(([name, attribute]) => [
      name,
      attribute.mode === "required"
        ? given(attribute, depth)
        : fc.option(given(attribute, depth), { nil: null, freq: depth + 1 }),
    ]),
  );
  return fc
    .record(model)
    .map((values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)));
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);

function given(attribute: Attribute, depth: number): fc.Arbitrary<Value> {
  const one: fc.Arbitrary<Value> =
    attribute.of !== undefined
      ? inputsOf(attribute.of, depth + 1)
      : scalar(attribute.items ?? (attribute.type === "number" ? "number" : "string"));
  switch (attribute.type) {
    case "object":
      return one;
    case "list":
      return fc.array(one, { maxLength: 3 });
    case "set":
      return fc.uniqueArray(one, {
        maxLength: 3,
        selector: (item) =>
          isObject(item) && "name" in item ? JSON.stringify(item["name"]) : JSON.stringify(item),
      });
    case "map":
      return fc.dictionary(word, one, { maxKeys: 3 });
    case "integer":
    case "number":
      return fc.integer({ min: 0, max: 9 });
    case "boolean":
      return fc.boolean();
    case "string":
    case "any":
      return word;
    default:
      return attribute.type satisfies never;
  }
}

const scalar = (type: "string" | "number" | "boolean"): fc.Arbitrary<Value> =>
  type === "string" ? word : type === "number" ? fc.integer({ min: 0, max: 9 }) : fc.boolean();

/** What a service that echoes everything and decides the rest would leave in the state. */
function stored(kind: Kind, attributes: Attributes, inputs: Values): Values {
  const planned = plan(attributes, inputs, undefined);
  const everything = { ...kind, wireRead: {} };
  const answer = decode(everything, attributes, {
    ...encode(everything, attributes, new Set(), planned, undefined),
  });
  return drop(completed(attributes, planned, answer));
}

const drop = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      isAbsent(value) || value === unknownValue
        ? []
        : [
            [
              name,
              isObject(value)
                ? drop(value)
                : isList(value)
                  ? value.map((item) => (isObject(item) ? drop(item) : item))
                  : value,
            ],
          ],
    ),
  );

describe.each(kinds.map((kind) => [kind.token, kind] as const))("%s", (token, kind) => {
  const attributes = facts[token]?.attributes ?? {};
  const runs = { numRuns: 60 };

  it("accepts what it describes", () => {
    fc.assert(
      fc.property(inputsOf(attributes), (inputs) => {
        expect(failures(attributes, inputs)).toEqual([]);
      }),
      runs,
    );
  });

  it("sees no difference where there is none, after any create and any refresh", () => {
    fc.assert(
      fc.property(inputsOf(attributes), (inputs) => {
        const state = stored(kind, attributes, inputs);
        expect(differences(attributes, inputs, plan(attributes, inputs, state), state)).toEqual([]);
        expect(refreshedInputs(attributes, inputs, state)).toEqual(inputs);
      }),
      runs,
    );
  });

  it("sees every difference that there is, and settles with it", () => {
    fc.assert(
      fc.property(inputsOf(attributes), inputsOf(attributes), (before, after) => {
        const state = stored(kind, attributes, before);
        const planned = plan(attributes, after, state);
        const changes = differences(attributes, after, planned, state);
        const differing = Object.entries(attributes).filter(
          ([name, attribute]) => !sameValue(attribute, planned[name], state[name]),
        );
        expect([...new Set(changes.map(({ top }) => top))]).toEqual(differing.map(([name]) => name));
        expect(changes.every(({ path, top }) => path.startsWith(top))).toBe(true);
        const next = drop(completed(attributes, planned, {}));
        expect(
          differences(attributes, after, plan(attributes, after, next), next).filter(
            ({ computed }) => !computed,
          ),
        ).toEqual([]);
      }),
      runs,
    );
  });

  it("never sends an unknown, and never guesses one in a preview", () => {
    fc.assert(
      fc.property(inputsOf(attributes), (inputs) => {
        const planned = plan(attributes, inputs, undefined);
        expect(JSON.stringify(encode(kind, attributes, new Set(), planned, undefined))).not.toContain(
          unknownValue,
        );
        for (const [name, attribute] of Object.entries(attributes))
          if (attribute.mode === "computed") expect(planned[name]).toBe(unknownValue);
      }),
      runs,
    );
  });

  it("carries every value through the engine's messages unchanged", () => {
    fc.assert(
      fc.property(inputsOf(attributes), (inputs) => {
        expect(fromStruct(toStruct(inputs))).toEqual(inputs);
      }),
      runs,
    );
  });

  it("replaces for an unknown in a property that replaces", () => {
    fc.assert(
      fc.property(inputsOf(attributes), (inputs) => {
        const state = stored(kind, attributes, inputs);
        for (const [name, attribute] of Object.entries(attributes)) {
          if (attribute.replace !== "always" || attribute.mode === "computed") continue;
          const unknowing = { ...inputs, [name]: unknownValue };
          const planned = plan(attributes, unknowing, state);
          expect(hasUnknown(planned[name])).toBe(true);
          expect(
            differences(attributes, unknowing, planned, state).some(
              ({ top, replace }) => top === name && replace,
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 10 },
    );
  });
});
