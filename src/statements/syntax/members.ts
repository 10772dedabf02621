import type { AnyNode, Expression, Identifier, MemberExpression } from "acorn";
import { isClass, isFunction, keyName, propertyName } from "./nodes.ts";
import { objectsOf, valuesIn } from "./objects.ts";
import type { Syntax } from "./syntax.ts";

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
