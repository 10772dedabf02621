import type { AnyNode, Expression, Identifier, ObjectExpression } from "acorn";
import { definitionOf } from "./definitions.ts";
import { keyName, propertyName } from "./nodes.ts";
import type { Syntax, Variable } from "./syntax.ts";

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
