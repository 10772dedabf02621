import type { AnyNode, CallExpression, Identifier, MemberExpression } from "acorn";
import { argumentAt, callsOf, entry, functionNamed, listBehind } from "../syntax/call-sites.ts";
import { definitionOf, type Parameter } from "../syntax/definitions.ts";
import { valuesOfMember } from "../syntax/members.ts";
import { propertyName, returned } from "../syntax/nodes.ts";
import { objectsOf, valuesIn } from "../syntax/objects.ts";
import { listItems, listTexts } from "./read-list.ts";
import { binding, codeOf, opened, type Reading } from "./reading.ts";
import { valuesAt } from "./sequence.ts";
import { hole, joined, known, literal, type Text, type Texts } from "./text.ts";
import { along, alternatives, only, paired } from "./variants.ts";
import { placeOf } from "./written.ts";

/** The texts that an expression can be, as far as the bundle shows them. What it does not show is a hole in them. */
export function textsOf(node: AnyNode, reading: Reading): Texts {
  const unread = (sample?: string): Texts => hole(codeOf(reading, node), node.start, sample);
  if (reading.open.has(node)) return unread();
  const read = (each: AnyNode): Texts => textsOf(each, reading);
  switch (node.type) {
    case "Literal":
      if (node.value === null) return literal("", node.start);
      return ["string", "number", "boolean"].includes(typeof node.value)
        ? literal(String(node.value), node.start)
        : unread();
    case "TemplateLiteral":
      return templateTexts(
        node.quasis.map(({ value, start }) => ({ text: value.cooked, at: start })),
        node.expressions,
        reading,
      );
    case "TaggedTemplateExpression":
      return reading.syntax.code.slice(node.tag.start, node.tag.end) === "String.raw"
        ? templateTexts(
            node.quasi.quasis.map(({ value, start }) => ({ text: value.raw, at: start })),
            node.quasi.expressions,
            reading,
          )
        : unread();
    case "BinaryExpression":
      return node.operator === "+" ? joined(read(node.left), read(node.right)) : unread();
    case "ConditionalExpression":
      return alternatives(placeOf(node), [read(node.consequent), read(node.alternate)]);
    case "LogicalExpression":
      // What `&&` is when it is not its right side goes into no text.
      return alternatives(placeOf(node), [
        node.operator === "&&" ? literal("", node.left.start) : read(node.left),
        read(node.right),
      ]);
    case "AssignmentExpression":
      return node.operator === "=" ? read(node.right) : unread();
    case "SequenceExpression": {
      const last = node.expressions.at(-1);
      return last === undefined ? unread() : read(last);
    }
    case "AwaitExpression":
      return read(node.argument);
    case "Identifier":
      return node.name === "undefined" ? literal("", node.start) : variableTexts(node, reading, unread);
    case "MemberExpression":
      return memberTexts(node, reading) ?? unread();
    case "CallExpression":
      return callTexts(node, reading) ?? unread();
    default:
      return unread();
  }
}

function templateTexts(
  quasis: readonly { readonly text: string | null | undefined; readonly at: number }[],
  expressions: readonly AnyNode[],
  reading: Reading,
): Texts {
  return quasis.reduce((before: Texts, { text, at }, i) => {
    const with_ = joined(before, literal(text ?? "", at));
    const next = expressions[i];
    return next === undefined ? with_ : joined(with_, textsOf(next, reading));
  }, only<Text>([]));
}

function variableTexts(name: Identifier, reading: Reading, unread: () => Texts): Texts {
  const { syntax } = reading;
  const variable = syntax.variableOf(name);
  if (variable === undefined) return unread();
  const known = reading.bound.get(variable);
  if (known !== undefined) return known;
  const definition = definitionOf(syntax, variable);
  switch (definition.kind) {
    case "unknown":
      return unread();
    case "part": {
      const objects = objectsOf(syntax, definition.of);
      const values = objects === undefined ? undefined : valuesIn(objects, definition.name);
      return oneOf(name, values ?? [], reading) ?? unread();
    }
    case "parameter":
      return parameterTexts(definition.parameter, opened(reading, name)) ?? unread();
    case "variable": {
      const [only_, ...others] = definition.writes;
      const inside = opened(reading, name);
      if (definition.init === undefined && others.length === 0 && only_?.type === "AssignmentExpression")
        return textsOf(only_.right, inside);
      const first = definition.init === undefined ? only<Text>([]) : textsOf(definition.init, inside);
      const changes = definition.writes.map((node) => ({
        node,
        apply: (before: Texts): Texts => writtenTexts(node, before, binding(reading, variable, before)),
      }));
      return valuesAt(syntax, { declared: variable.declared, use: name, first }, changes) ?? unread();
    }
  }
}

function writtenTexts(node: AnyNode, before: Texts, reading: Reading): Texts {
  if (node.type !== "AssignmentExpression") return hole(codeOf(reading, node), node.start);
  if (node.operator === "+=") return joined(before, textsOf(node.right, reading));
  if (node.operator !== "=") return hole(codeOf(reading, node), node.start);
  // The value that it had went the same ways.
  return paired(before, textsOf(node.right, reading), (_, after) => after);
}

/** One text for each call of the function, which remembers the call. */
function parameterTexts(parameter: Parameter, reading: Reading): Texts | undefined {
  const list = listBehind(reading.syntax, parameter);
  if (list !== undefined && parameter.name === undefined) {
    const items = listItems(list, reading);
    return items === undefined || items.length === 0 ? undefined : alternatives(entry(parameter), items);
  }
  const calls = callsOf(reading.syntax, parameter.owner);
  if (calls.length === 0) return undefined;
  return calls.flatMap((call) => {
    const given = argumentAt(call, parameter);
    const texts = given === undefined ? hole("an argument", call.at) : textsOf(given, reading);
    return along(texts, new Map([[entry(parameter), call.at]]));
  });
}

/** The texts of what stands in one place: that of a single value, or one of several. */
function oneOf(node: AnyNode, values: readonly AnyNode[], reading: Reading): Texts | undefined {
  const inside = opened(reading, node);
  const [first, ...others] = values;
  if (first === undefined) return undefined;
  if (others.length === 0) return textsOf(first, inside);
  return alternatives(
    placeOf(node),
    values.map((value) => textsOf(value, inside)),
  );
}

/** A field of a class that is written more than once is whatever it was last: that is not followed. */
function memberTexts(node: MemberExpression, reading: Reading): Texts | undefined {
  const values = valuesOfMember(reading.syntax, node);
  return node.object.type === "ThisExpression" && values.length > 1
    ? undefined
    : oneOf(node, values, reading);
}

function callTexts(node: CallExpression, reading: Reading): Texts | undefined {
  const { callee } = node;
  const inside = opened(reading, node);
  if (callee.type === "MemberExpression" && callee.object.type !== "Super") {
    const method = propertyName(callee);
    const [first] = node.arguments;
    if (method === "join") {
      const separator = first === undefined ? literal(",", node.start) : textsOf(first, inside);
      return listTexts(callee.object, separator, inside);
    }
    const change = method === undefined ? undefined : changeBy(method, node);
    if (change !== undefined) return changed(textsOf(callee.object, inside), change);
  }
  if (callee.type === "Identifier" && callee.name === "String" && node.arguments[0] !== undefined)
    return textsOf(node.arguments[0], inside);
  return resultTexts(node, inside);
}

/** What a method of a text makes of it. */
function changeBy(
  method: string,
  { arguments: all }: CallExpression,
): ((text: string) => string) | undefined {
  switch (method) {
    case "trim":
      return (text) => text.trim();
    case "trimStart":
      return (text) => text.trimStart();
    case "trimEnd":
      return (text) => text.trimEnd();
    case "toString":
    case "repeat":
      return (text) => text;
    case "slice": {
      const isLastOff =
        all.length === 2 &&
        all[0]?.type === "Literal" &&
        all[0].value === 0 &&
        all[1]?.type === "UnaryExpression";
      return isLastOff ? (text) => text.slice(0, -1) : undefined;
    }
    default:
      return undefined;
  }
}

const changed = (texts: Texts, change: (text: string) => string): Texts | undefined => {
  const all = texts.map(({ value, ways }) => ({ text: known(value), at: value[0]?.at ?? 0, ways }));
  if (all.some(({ text }) => text === undefined)) return undefined;
  return all.map(({ text, at, ways }) => ({
    value: [{ kind: "text" as const, text: change(text ?? ""), at }],
    ways,
  }));
};

/** What a function of the bundle gives back for these arguments. */
function resultTexts(node: CallExpression, reading: Reading): Texts | undefined {
  const { syntax } = reading;
  const owner = functionNamed(syntax, node.callee);
  if (owner === undefined || reading.open.has(owner) || owner.async || owner.generator) return undefined;
  const value = returned(owner);
  if (value === undefined) return undefined;
  let inside = reading;
  for (const [index, pattern] of owner.params.entries()) {
    const name = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
    const fallback = pattern.type === "AssignmentPattern" ? pattern.right : undefined;
    const variable = name.type === "Identifier" ? syntax.variableOf(name) : undefined;
    if (variable === undefined) continue;
    const given = argumentAt(
      { at: node.start, arguments: node.arguments },
      { owner, index, name: undefined, fallback },
    );
    inside = binding(
      inside,
      variable,
      given === undefined ? hole("an argument", node.start) : textsOf(given, reading),
    );
  }
  return textsOf(value, opened(inside, owner));
}
