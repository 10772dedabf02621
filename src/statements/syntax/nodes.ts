import type { AnyNode, ArrowFunctionExpression, Expression, FunctionExpression, Identifier } from "acorn";

/** A name and how far it is known: in the block where it is declared, in the function around, or around the node itself. */
export interface Scoped {
  readonly name: Identifier;
  readonly where: "here" | "function" | "outside";
}

export type FunctionNode =
  | Extract<AnyNode, { readonly type: "FunctionDeclaration" }>
  | FunctionExpression
  | ArrowFunctionExpression;

export const isFunction = (node: AnyNode): node is FunctionNode =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression";

export const isClass = (
  node: AnyNode,
): node is Extract<AnyNode, { readonly type: "ClassDeclaration" | "ClassExpression" }> =>
  node.type === "ClassDeclaration" || node.type === "ClassExpression";

/** The names that a pattern declares: of `{ a, b: [c] }` a and c. */
export function namesIn(pattern: AnyNode): readonly Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : namesIn(element)));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

/** The name of a property that is written out: `x.name`, `x["name"]`. */
export function propertyName(node: AnyNode): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  return keyName(node.property, node.computed);
}

/** The name of a key that is written out. */
export function keyName(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier" && !computed) return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : undefined;
}

/** What a function gives back, where its body is that alone. */
export function returned({ body }: FunctionNode): Expression | undefined {
  if (body.type !== "BlockStatement") return body;
  const [only, ...others] = body.body;
  return only?.type === "ReturnStatement" && others.length === 0 ? (only.argument ?? undefined) : undefined;
}
