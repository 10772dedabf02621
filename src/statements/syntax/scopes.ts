import type { AnyNode, Identifier } from "acorn";
import { isFunction, namesIn, type Scoped } from "./nodes.ts";

/** The body of a function shares the function's scope: no two variables of them have one name that this could mix up. */
export function opensScope(node: AnyNode, parent: AnyNode | undefined): boolean {
  switch (node.type) {
    case "BlockStatement":
      return parent === undefined || !isFunction(parent);
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "SwitchStatement":
    case "CatchClause":
    case "StaticBlock":
    case "ClassDeclaration":
    case "ClassExpression":
      return true;
    default:
      return isFunction(node);
  }
}

/** The names that a node declares, and how far each is known. */
export function declaredBy(node: AnyNode): readonly Scoped[] {
  switch (node.type) {
    case "VariableDeclaration": {
      const where = node.kind === "var" ? "function" : "here";
      return node.declarations.flatMap(({ id }) => namesIn(id).map((name) => ({ name, where })));
    }
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return [
        ...(node.id ? [{ name: node.id, where: "outside" as const }] : []),
        ...(node.type === "FunctionDeclaration" ? parameters(node.params) : []),
      ];
    case "FunctionExpression":
    case "ClassExpression":
      return [
        ...(node.id ? [{ name: node.id, where: "here" as const }] : []),
        ...(node.type === "FunctionExpression" ? parameters(node.params) : []),
      ];
    case "ArrowFunctionExpression":
      return parameters(node.params);
    case "CatchClause":
      return node.param ? parameters([node.param]) : [];
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return [{ name: node.local, where: "here" }];
    default:
      return none;
  }
}

const none: readonly Scoped[] = [];

const parameters = (patterns: readonly AnyNode[]): readonly Scoped[] =>
  patterns.flatMap(namesIn).map((name) => ({ name, where: "here" }));

/** Whether a name is that of a variable, and not of a property, a label or an export. */
export function isUse(node: Identifier, parent: AnyNode | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.value === node || parent.computed;
    case "ExportSpecifier":
      return parent.local === node;
    case "ImportSpecifier":
      return parent.local === node;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return false;
    default:
      return true;
  }
}
