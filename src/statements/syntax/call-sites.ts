import type { AnyNode, Expression, SpreadElement } from "acorn";
import { definitionOf, type Parameter } from "./definitions.ts";
import { type FunctionNode, isClass, isFunction, keyName, propertyName } from "./nodes.ts";
import type { Syntax, Variable } from "./syntax.ts";

/** A call of a function; its arguments, as far as they are known by their place. */
export interface Call {
  readonly at: number;
  readonly arguments: readonly (Expression | SpreadElement)[];
}

/** The name of the place where a function is entered: which call it is, is the way. */
export const entry = ({ owner }: Pick<Parameter, "owner">): string => `call:${owner.start}`;

export const isEntry = (place: string): boolean => place.startsWith("call:");

/** The calls of a function that can be seen. One that is handed on may have others. */
export function callsOf(syntax: Syntax, owner: AnyNode): readonly Call[] {
  if (!isFunction(owner)) return [];
  if (owner.type === "FunctionDeclaration")
    return owner.id ? callsBy(syntax, syntax.variableOf(owner.id)) : [];
  const parent = syntax.parentOf(owner);
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? callsBy(syntax, syntax.variableOf(parent.id)) : [];
    case "AssignmentExpression":
      return parent.left.type === "Identifier" ? callsBy(syntax, syntax.variableOf(parent.left)) : [];
    case "MethodDefinition":
      if (parent.kind === "constructor") return constructions(syntax, parent);
      return callsByName(syntax, keyName(parent.key, parent.computed));
    case "Property":
    case "PropertyDefinition":
      return callsByName(syntax, keyName(parent.key, parent.computed));
    default:
      return [];
  }
}

const callsBy = (syntax: Syntax, variable: Variable | undefined): readonly Call[] =>
  variable?.references.flatMap((name) => {
    const parent = syntax.parentOf(name);
    const calls =
      (parent?.type === "CallExpression" || parent?.type === "NewExpression") && parent.callee === name;
    return calls ? [{ at: parent.start, arguments: parent.arguments }] : [];
  }) ?? [];

/** Which object a method is called on is not followed: a name that only one method has is taken for that one. */
function callsByName(syntax: Syntax, name: string | undefined): readonly Call[] {
  if (name === undefined || syntax.methodsNamed(name).length !== 1) return [];
  return syntax
    .callsNamed(name)
    .flatMap((call) =>
      call.type === "CallExpression" ? [{ at: call.start, arguments: call.arguments }] : [],
    );
}

function constructions(syntax: Syntax, method: AnyNode): readonly Call[] {
  const body = syntax.parentOf(method);
  const owner = body === undefined ? undefined : syntax.parentOf(body);
  if (owner === undefined || !isClass(owner)) return [];
  const above = syntax.parentOf(owner);
  const outer = above?.type === "VariableDeclarator" && above.id.type === "Identifier" ? above.id : undefined;
  const names = [outer, owner.id ?? undefined].flatMap((name) => (name === undefined ? [] : [name]));
  return names.flatMap((name) => callsBy(syntax, syntax.variableOf(name)));
}

/** What is handed over for a parameter at a call; undefined where that cannot be seen. */
export function argumentAt(
  { arguments: all }: Call,
  { index, name, fallback }: Parameter,
): Expression | undefined {
  const before = all.slice(0, index + 1);
  if (before.some(({ type }) => type === "SpreadElement")) return undefined;
  const given = before[index];
  if (given === undefined || given.type === "SpreadElement")
    return given === undefined ? fallback : undefined;
  if (name === undefined) return given;
  if (given.type !== "ObjectExpression") return undefined;
  const property = given.properties.find(
    (each) => each.type === "Property" && keyName(each.key, each.computed) === name,
  );
  return property?.type === "Property" ? property.value : fallback;
}

/** What a callback is given, one after another: the elements of the list in `[a, b].map((x) => …)`. */
export function listBehind(syntax: Syntax, { owner, index }: Parameter): Expression | undefined {
  const call = syntax.parentOf(owner);
  if (index !== 0 || call?.type !== "CallExpression" || call.arguments[0] !== owner) return undefined;
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.object.type === "Super") return undefined;
  return ["map", "forEach", "flatMap"].includes(propertyName(callee) ?? "") ? callee.object : undefined;
}

/** The function of the bundle that is called; a method where only one has its name. */
export function functionNamed(syntax: Syntax, callee: AnyNode): FunctionNode | undefined {
  if (callee.type === "MemberExpression") {
    const [method, ...others] = syntax.methodsNamed(propertyName(callee) ?? "");
    return others.length === 0 && method !== undefined ? functionOfMethod(method) : undefined;
  }
  const variable = callee.type === "Identifier" ? syntax.variableOf(callee) : undefined;
  const parent = variable === undefined ? undefined : syntax.parentOf(variable.declared);
  if (variable === undefined || parent === undefined) return undefined;
  if (parent.type === "FunctionDeclaration" && parent.id === variable.declared) return parent;
  const definition = definitionOf(syntax, variable);
  if (definition.kind !== "variable" || definition.writes.length > 0 || definition.init === undefined)
    return undefined;
  return isFunction(definition.init) ? definition.init : undefined;
}

/** The function that a method or property is. */
export function functionOfMethod(method: AnyNode): FunctionNode | undefined {
  if (
    method.type !== "MethodDefinition" &&
    method.type !== "Property" &&
    method.type !== "PropertyDefinition"
  )
    return undefined;
  return method.value && isFunction(method.value) ? method.value : undefined;
}
