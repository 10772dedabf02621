import type { AnyNode, Expression, Identifier } from "acorn";
import { isFunction, keyName } from "./nodes.ts";
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
