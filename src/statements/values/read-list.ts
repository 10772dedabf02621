import type { AnyNode, CallExpression, Expression, Identifier, SpreadElement } from "acorn";
import { definitionOf } from "../syntax/definitions.ts";
import { isFunction, keyName, propertyName, returned } from "../syntax/nodes.ts";
import { objectsOf } from "../syntax/objects.ts";
import { binding, codeOf, opened, type Reading } from "./reading.ts";
import { valuesAt } from "./sequence.ts";
import { hole, known, literal, type Text, type Texts } from "./text.ts";
import { only, paired, type Variants } from "./variants.ts";

/** `list.join(separator)`; undefined where the list is not known. */
export function listTexts(node: AnyNode, separator: Texts, reading: Reading): Texts | undefined {
  const repeated = repeatedItem(node, reading);
  if (repeated !== undefined) return sampled(repeated, node, reading);
  const lists = listsOf(node, reading);
  if (lists === undefined) return undefined;
  return paired(lists, separator, (items, between) =>
    items.flatMap((item, i) => (i === 0 ? item : [...between, ...item])),
  );
}

/** The items of a list that is the same whichever way the code goes. */
export function listItems(node: AnyNode, reading: Reading): readonly Texts[] | undefined {
  if (node.type !== "ArrayExpression") return undefined;
  return node.elements.flatMap((each) =>
    each === null
      ? []
      : [
          each.type === "SpreadElement"
            ? hole(codeOf(reading, each), each.start)
            : reading.textsOf(each, reading),
        ],
  );
}

/** A list of unknown length whose items are all alike: `ids.map(() => "?")`, `Array(3).fill("?")`. */
function repeatedItem(node: AnyNode, reading: Reading): Texts | undefined {
  if (node.type !== "CallExpression") return undefined;
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.object.type === "Super") return undefined;
  const method = propertyName(callee);
  const [first, second] = node.arguments;
  switch (method) {
    case "map": {
      const isKnown = listsOf(callee.object, reading) !== undefined;
      return isKnown || first === undefined ? undefined : bodyOf(first, reading);
    }
    case "from":
      return second === undefined ? undefined : bodyOf(second, reading);
    case "fill":
      return first === undefined ? undefined : reading.textsOf(first, reading);
    case "split": {
      const isByCharacter = first?.type === "Literal" && first.value === "";
      return isByCharacter ? reading.textsOf(callee.object, reading) : undefined;
    }
    default:
      return undefined;
  }
}

function bodyOf(callback: AnyNode, reading: Reading): Texts | undefined {
  const value = isFunction(callback) ? returned(callback) : undefined;
  return value === undefined ? undefined : reading.textsOf(value, opened(reading, callback));
}

/** As a part that stands for any number of such items. With something unknown in an item nothing is known of the list. */
const sampled = (texts: Texts, node: AnyNode, reading: Reading): Texts =>
  texts.flatMap(({ value, ways }) =>
    hole(codeOf(reading, node), node.start, known(value)).map((each) => ({ value: each.value, ways })),
  );

type List = readonly Text[];

function listsOf(node: AnyNode, reading: Reading): Variants<List> | undefined {
  if (reading.open.has(node)) return undefined;
  switch (node.type) {
    case "ArrayExpression":
      return itemsOf(node.elements, reading);
    case "Identifier":
      return variableLists(node, reading);
    case "CallExpression":
      return calledLists(node, reading);
    default:
      return undefined;
  }
}

function itemsOf(elements: readonly (Expression | SpreadElement | null)[], reading: Reading): Variants<List> {
  return elements.reduce((before: Variants<List>, each) => {
    if (each === null) return before;
    if (each.type !== "SpreadElement")
      return paired(before, reading.textsOf(each, reading), (list, item) => [...list, item]);
    const more =
      listsOf(each.argument, reading) ??
      repeatedOrUnknown(each, reading).map(({ value, ways }) => ({ value: [value], ways }));
    return paired(before, more, (list, others) => [...list, ...others]);
  }, only<List>([]));
}

function repeatedOrUnknown(each: SpreadElement, reading: Reading): Texts {
  const item = repeatedItem(each.argument, reading);
  return item === undefined ? hole(codeOf(reading, each), each.start) : sampled(item, each, reading);
}

function calledLists(node: CallExpression, reading: Reading): Variants<List> | undefined {
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.object.type === "Super") return undefined;
  const [first] = node.arguments;
  switch (propertyName(callee)) {
    case "keys":
    case "values":
      return first === undefined ? undefined : partsOfObject(first, propertyName(callee) === "keys", reading);
    case "filter": {
      const isBoolean = first?.type === "Identifier" && first.name === "Boolean";
      const lists = isBoolean ? listsOf(callee.object, reading) : undefined;
      return lists?.map(({ value, ways }) => ({ value: value.filter((item) => known(item) !== ""), ways }));
    }
    case "map": {
      const lists = listsOf(callee.object, reading);
      if (lists === undefined || first === undefined) return undefined;
      return lists.flatMap(({ value, ways }) => {
        const mapped = value.reduce(
          (before: Variants<List>, item) =>
            paired(before, appliedTo(first, item, reading), (list, made) => [...list, made]),
          only<List>([]),
        );
        return mapped.flatMap((each) => paired([{ value: undefined, ways }], [each], (_, list) => list));
      });
    }
    default:
      return undefined;
  }
}

function appliedTo(callback: AnyNode, item: Text, reading: Reading): Texts {
  const value = isFunction(callback) ? returned(callback) : undefined;
  const [parameter] = isFunction(callback) ? callback.params : [];
  const variable = parameter?.type === "Identifier" ? reading.syntax.variableOf(parameter) : undefined;
  if (value === undefined) return hole(codeOf(reading, callback), callback.start);
  return reading.textsOf(value, variable === undefined ? reading : binding(reading, variable, only(item)));
}

function partsOfObject(node: AnyNode, keys: boolean, reading: Reading): Variants<List> | undefined {
  const [object, ...others] = objectsOf(reading.syntax, node) ?? [];
  const properties = object?.properties.flatMap((each) => (each.type === "Property" ? [each] : []));
  if (properties === undefined || others.length > 0 || properties.length < (object?.properties.length ?? 0))
    return undefined;
  return properties.reduce((before: Variants<List>, each) => {
    const key = keyName(each.key, each.computed);
    const item = keys
      ? key === undefined
        ? hole(codeOf(reading, each.key), each.start)
        : literal(key, each.start)
      : reading.textsOf(each.value, reading);
    return paired(before, item, (list, one) => [...list, one]);
  }, only<List>([]));
}

/** A list that is filled by `push`, and given to nobody who could fill it too. */
function variableLists(name: Identifier, reading: Reading): Variants<List> | undefined {
  const { syntax } = reading;
  const variable = syntax.variableOf(name);
  const definition = variable === undefined ? undefined : definitionOf(syntax, variable);
  if (variable === undefined || definition?.kind !== "variable" || definition.init === undefined)
    return undefined;
  if (definition.writes.length > 0) return undefined;
  const inside = opened(reading, name);
  const first = listsOf(definition.init, inside);
  const pushes = variable.references.map((each) => pushedTo(each, reading));
  if (first === undefined || pushes.includes("unknown")) return undefined;
  const changes = pushes.flatMap((node) =>
    node === "read" || node === "unknown" || node.type !== "CallExpression"
      ? []
      : [
          {
            node,
            apply: (before: Variants<List>): Variants<List> =>
              paired(before, itemsOf(node.arguments, inside), (list, more) => [...list, ...more]),
          },
        ],
  );
  return valuesAt(syntax, { declared: variable.declared, use: name, first }, changes);
}

/** What one use of a list does to it. */
function pushedTo(name: Identifier, { syntax }: Reading): AnyNode | "read" | "unknown" {
  const parent = syntax.parentOf(name);
  if (parent?.type === "SpreadElement") return "read";
  if (parent?.type !== "MemberExpression" || parent.object !== name) return "unknown";
  const method = propertyName(parent);
  const call = syntax.parentOf(parent);
  if (call?.type === "CallExpression" && call.callee === parent) {
    if (method === "push") return call;
    return ["join", "map", "filter", "includes", "forEach", "some", "every"].includes(method ?? "")
      ? "read"
      : "unknown";
  }
  return method === "length" ? "read" : "unknown";
}
