import type { AnyNode, Expression, Identifier, MemberExpression, ObjectExpression } from "acorn";
import { isClass, isFunction, keyName, propertyName } from "./nodes.ts";
import type { Syntax, Variable } from "./syntax.ts";

/** How a variable comes by its value, as far as the bundle shows it. */
export type Definition =
  /** Declared by itself: its first value, and what is assigned later, in the order of the text. */
  | { readonly kind: "variable"; readonly init: Expression | undefined; readonly writes: readonly AnyNode[] }
  /** Taken out of an object by its name: `const { DB } = env`. */
  | { readonly kind: "part"; readonly name: string; readonly of: Expression }
  | { readonly kind: "parameter"; readonly parameter: Parameter }
  | { readonly kind: "unknown" };

/** A parameter of a function; with `name` it is a property of the argument: `({ DB }) => …`. */
export interface Parameter {
  readonly owner: AnyNode;
  readonly index: number;
  readonly name: string | undefined;
  readonly fallback: Expression | undefined;
}

export function definitionOf(syntax: Syntax, variable: Variable): Definition {
  const { declared } = variable;
  const parent = syntax.parentOf(declared);
  if (parent === undefined) return { kind: "unknown" };
  if (parent.type === "VariableDeclarator") return declaredAlone(syntax, variable, parent.init ?? undefined);
  const isLoop = (node: AnyNode | undefined): boolean =>
    node?.type === "ForOfStatement" || node?.type === "ForInStatement";
  const [pattern, fallback] =
    parent.type === "AssignmentPattern" ? [parent, parent.right] : [declared, undefined];
  const above = syntax.parentOf(pattern);
  if (above === undefined || !isUnwritten(syntax, variable)) return { kind: "unknown" };
  if (isFunction(above)) return parameter(above, pattern, undefined, fallback);
  if (above.type !== "Property") return { kind: "unknown" };
  const name = keyName(above.key, above.computed);
  const object = syntax.parentOf(above);
  const around = object === undefined ? undefined : syntax.parentOf(object);
  if (name === undefined || object === undefined || around === undefined) return { kind: "unknown" };
  if (isFunction(around)) return parameter(around, object, name, fallback);
  if (around.type !== "VariableDeclarator" || isLoop(syntax.parentOf(around))) return { kind: "unknown" };
  return around.init ? { kind: "part", name, of: around.init } : { kind: "unknown" };
}

function parameter(
  owner: AnyNode,
  pattern: AnyNode,
  name: string | undefined,
  fallback: Expression | undefined,
): Definition {
  const index = isFunction(owner) ? owner.params.findIndex((each) => each === pattern) : -1;
  return index < 0 ? { kind: "unknown" } : { kind: "parameter", parameter: { owner, index, name, fallback } };
}

function declaredAlone(
  syntax: Syntax,
  { declared, references }: Variable,
  init: Expression | undefined,
): Definition {
  const loop = syntax.parentOf(syntax.parentOf(syntax.parentOf(declared) ?? declared) ?? declared);
  if (loop?.type === "ForOfStatement" || loop?.type === "ForInStatement") return { kind: "unknown" };
  const writes = references.filter((name) => isWrite(syntax, name));
  const assigned = writes.flatMap((name) => {
    const parent = syntax.parentOf(name);
    return parent?.type === "AssignmentExpression" && parent.left === name ? [parent] : [];
  });
  return assigned.length < writes.length
    ? { kind: "unknown" }
    : { kind: "variable", init, writes: assigned.toSorted((a, b) => a.start - b.start) };
}

const isUnwritten = (syntax: Syntax, { references }: Variable): boolean =>
  !references.some((name) => isWrite(syntax, name));

/** Whether a name is written to where it stands. */
function isWrite(syntax: Syntax, name: Identifier): boolean {
  const parent = syntax.parentOf(name);
  switch (parent?.type) {
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForOfStatement":
    case "ForInStatement":
      return parent.left === name;
    case "VariableDeclarator":
      return parent.id === name;
    case "UpdateExpression":
    case "ArrayPattern":
    case "RestElement":
      return true;
    case "Property":
      return syntax.parentOf(parent)?.type === "ObjectPattern" && parent.value === name;
    default:
      return false;
  }
}

type Objects = readonly ObjectExpression[] | undefined;

/** The objects that an expression can be, where all of them are written out. */
export function objectsOf(syntax: Syntax, node: AnyNode, open: readonly AnyNode[] = []): Objects {
  if (open.includes(node)) return undefined;
  const inside = [...open, node];
  switch (node.type) {
    case "ObjectExpression":
      return [node];
    case "CallExpression": {
      const [first] = node.arguments;
      return propertyName(node.callee) === "freeze" && first !== undefined
        ? objectsOf(syntax, first, inside)
        : undefined;
    }
    case "LogicalExpression":
      return alwaysThrows(syntax, node.right)
        ? objectsOf(syntax, node.left, inside)
        : both(objectsOf(syntax, node.left, inside), objectsOf(syntax, node.right, inside));
    case "ConditionalExpression":
      return both(objectsOf(syntax, node.consequent, inside), objectsOf(syntax, node.alternate, inside));
    case "MemberExpression": {
      const holders = node.object.type === "Super" ? undefined : objectsOf(syntax, node.object, inside);
      const values = holders === undefined ? undefined : valuesIn(holders, propertyName(node));
      return values?.reduce((before: Objects, value) => both(before, objectsOf(syntax, value, inside)), []);
    }
    case "Identifier": {
      const variable = syntax.variableOf(node);
      const value = variable === undefined ? undefined : onlyValue(syntax, variable);
      return value === undefined ? undefined : objectsOf(syntax, value, inside);
    }
    default:
      return undefined;
  }
}

const both = (a: Objects, b: Objects): Objects =>
  a === undefined || b === undefined ? undefined : [...a, ...b];

/** What objects have under a name, or under all of theirs; undefined where they may have more. */
export function valuesIn(
  objects: readonly ObjectExpression[],
  name: string | undefined,
): readonly Expression[] | undefined {
  const properties = objects.flatMap((object) => object.properties);
  const plain = properties.flatMap((each) =>
    each.type === "Property" && each.kind === "init" ? [each] : [],
  );
  if (plain.length < properties.length) return undefined;
  const named = plain.filter((each) => name === undefined || keyName(each.key, each.computed) === name);
  return named.map(({ value }) => value);
}

/** `?? unknown(name)`, where that only throws. */
function alwaysThrows(syntax: Syntax, node: AnyNode): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return false;
  const variable = syntax.variableOf(node.callee);
  const made = variable === undefined ? undefined : syntax.parentOf(variable.declared);
  return made?.type === "FunctionDeclaration" && made.body.body[0]?.type === "ThrowStatement";
}

/** The value of a variable that gets one, and of which no part is written. */
function onlyValue(syntax: Syntax, variable: Variable): Expression | undefined {
  const definition = definitionOf(syntax, variable);
  if (definition.kind !== "variable" || variable.references.some((name) => isMemberWritten(syntax, name)))
    return undefined;
  const [first, ...others] = [...(definition.init ? [definition.init] : []), ...definition.writes];
  if (first === undefined || others.length > 0) return undefined;
  return first.type === "AssignmentExpression" ? first.right : definition.init;
}

function isMemberWritten(syntax: Syntax, name: Identifier): boolean {
  const member = syntax.parentOf(name);
  if (member?.type !== "MemberExpression") return false;
  const above = syntax.parentOf(member);
  return above?.type === "AssignmentExpression" && above.left === member;
}

/** What a property is given anywhere: of objects or a class that are written out, or a field of the class around. */
export function valuesOfMember(syntax: Syntax, node: MemberExpression): readonly Expression[] {
  const name = propertyName(node);
  if (name !== undefined && node.object.type === "ThisExpression") {
    const owner = classAround(syntax, node);
    if (owner === undefined) return [];
    const assigned = syntax.fieldsNamed(name).filter((each) => classAround(syntax, each) === owner);
    return [
      ...owner.body.body.flatMap((field) => fieldValue(field, name, false)),
      ...assigned.flatMap((each) => (each.type === "AssignmentExpression" ? [each.right] : [])),
    ];
  }
  const holders = node.object.type === "Super" ? undefined : objectsOf(syntax, node.object);
  if (holders !== undefined) return valuesIn(holders, name) ?? [];
  if (name === undefined) return [];
  const owner = node.object.type === "Identifier" ? classNamed(syntax, node.object) : undefined;
  return owner?.body.body.flatMap((field) => fieldValue(field, name, true)) ?? [];
}

function fieldValue(field: AnyNode, name: string, isStatic: boolean): readonly Expression[] {
  return field.type === "PropertyDefinition" &&
    field.static === isStatic &&
    field.value &&
    keyName(field.key, field.computed) === name
    ? [field.value]
    : [];
}

/** The class whose `this` it is. */
function classAround(syntax: Syntax, node: AnyNode): ReturnType<typeof classNamed> {
  for (let at = syntax.parentOf(node); at !== undefined; at = syntax.parentOf(at)) {
    if (isClass(at)) return at;
    const isMethod = at.type === "FunctionExpression" && syntax.parentOf(at)?.type === "MethodDefinition";
    if (isFunction(at) && at.type !== "ArrowFunctionExpression" && !isMethod) return undefined;
  }
  return undefined;
}

function classNamed(
  syntax: Syntax,
  name: Identifier,
): Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }> | undefined {
  const variable = syntax.variableOf(name);
  const parent = variable === undefined ? undefined : syntax.parentOf(variable.declared);
  if (parent === undefined) return undefined;
  if (isClass(parent)) return parent;
  return parent.type === "VariableDeclarator" && parent.init && isClass(parent.init)
    ? parent.init
    : undefined;
}
