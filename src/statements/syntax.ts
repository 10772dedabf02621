import { type AnyNode, type Identifier, type Program, parse } from "acorn";
import { isFunction, keyName, namesIn, propertyName, type Scoped } from "./nodes.ts";

/** A variable of the bundle: where it is declared, and where it is used besides. */
export interface Variable {
  readonly declared: Identifier;
  readonly references: Identifier[];
}

/** The bundle as a tree, with what a question about its values needs: who is above whom, and which name means which variable. */
export interface Syntax {
  readonly code: string;
  /** Every node, parents before children. */
  readonly nodes: readonly AnyNode[];
  readonly parentOf: (node: AnyNode) => AnyNode | undefined;
  /** The variable that a name stands for; undefined for one of the runtime. */
  readonly variableOf: (name: Identifier) => Variable | undefined;
  /** Functions that are methods or properties of that name, anywhere in the bundle. */
  readonly methodsNamed: (name: string) => readonly AnyNode[];
  /** Calls `x.name(…)`. */
  readonly callsNamed: (name: string) => readonly AnyNode[];
  /** Assignments `this.name = …`. */
  readonly fieldsNamed: (name: string) => readonly AnyNode[];
}

interface Scope {
  readonly above: Scope | undefined;
  /** Whether `var` is declared here. */
  readonly takesVars: boolean;
  readonly variables: Map<string, Variable>;
}

/** Parses what esbuild wrote. Throws SyntaxError for what is no module, and RangeError for one that is nested too deeply. */
export function syntaxOf(code: string): Syntax {
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  const parents = new Map<AnyNode, AnyNode>();
  const uses: { readonly name: Identifier; readonly scope: Scope }[] = [];
  const nodes: AnyNode[] = [];
  const top: Scope = { above: undefined, takesVars: true, variables: new Map() };
  const visit = (node: AnyNode, parent: AnyNode | undefined, around: Scope): void => {
    nodes.push(node);
    if (parent !== undefined) parents.set(node, parent);
    const scope = opensScope(node, parent)
      ? { above: around, takesVars: isFunction(node) || node.type === "StaticBlock", variables: new Map() }
      : around;
    for (const { name, where } of declaredBy(node))
      declare(where === "outside" ? around : scope, name, where);
    if (node.type === "Identifier" && isUse(node, parent)) uses.push({ name: node, scope });
    eachChild(node, (child) => visit(child, node, scope));
  };
  visitProgram(program, nodes, (child) => visit(child, program, top));
  const variables = new Map<Identifier, Variable>();
  for (const { name, scope } of uses) {
    const found = lookUp(scope, name.name);
    if (found === undefined) continue;
    variables.set(name, found);
    if (found.declared !== name) found.references.push(name);
  }
  const methods = grouped(nodes, methodName);
  const calls = grouped(nodes, calledName);
  const fields = grouped(nodes, assignedField);
  return {
    code,
    nodes,
    parentOf: (node) => parents.get(node),
    variableOf: (name) => variables.get(name),
    methodsNamed: (name) => methods.get(name) ?? [],
    callsNamed: (name) => calls.get(name) ?? [],
    fieldsNamed: (name) => fields.get(name) ?? [],
  };
}

function visitProgram(program: Program, nodes: AnyNode[], visit: (child: AnyNode) => void): void {
  nodes.push(program);
  for (const child of program.body) visit(child);
}

function lookUp(scope: Scope | undefined, name: string): Variable | undefined {
  for (let at = scope; at !== undefined; at = at.above) {
    const found = at.variables.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function declare(scope: Scope, name: Identifier, where: Scoped["where"]): void {
  let at = scope;
  while (where === "function" && !at.takesVars && at.above !== undefined) at = at.above;
  // `var` may be said twice; the first stands for all, and a second one with a value counts as a write to it.
  if (!at.variables.has(name.name)) at.variables.set(name.name, { declared: name, references: [] });
}

/** The body of a function shares the function's scope: no two variables of them have one name that this could mix up. */
function opensScope(node: AnyNode, parent: AnyNode | undefined): boolean {
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

function declaredBy(node: AnyNode): readonly Scoped[] {
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
      return [];
  }
}

const parameters = (patterns: readonly AnyNode[]): readonly Scoped[] =>
  patterns.flatMap(namesIn).map((name) => ({ name, where: "here" }));

/** Whether a name is that of a variable, and not of a property, a label or an export. */
function isUse(node: Identifier, parent: AnyNode | undefined): boolean {
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

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** The nodes below one, in the order of the text. */
function eachChild(node: AnyNode, visit: (child: AnyNode) => void): void {
  const values: readonly unknown[] = Object.values(node);
  for (const value of values) {
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each)) visit(each);
    } else if (isNode(value)) visit(value);
  }
}

const methodName = (node: AnyNode): string | undefined =>
  (node.type === "MethodDefinition" || node.type === "Property" || node.type === "PropertyDefinition") &&
  node.value &&
  isFunction(node.value)
    ? keyName(node.key, node.computed)
    : undefined;

const calledName = (node: AnyNode): string | undefined =>
  node.type === "CallExpression" ? propertyName(node.callee) : undefined;

const assignedField = (node: AnyNode): string | undefined =>
  node.type === "AssignmentExpression" &&
  node.left.type === "MemberExpression" &&
  node.left.object.type === "ThisExpression"
    ? propertyName(node.left)
    : undefined;

function grouped(
  nodes: readonly AnyNode[],
  nameOf: (node: AnyNode) => string | undefined,
): ReadonlyMap<string, readonly AnyNode[]> {
  const groups = new Map<string, AnyNode[]>();
  for (const node of nodes) {
    const name = nameOf(node);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [node]);
    else group.push(node);
  }
  return groups;
}
