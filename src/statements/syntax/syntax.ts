import { type AnyNode, type Identifier, parse } from "acorn";
import { isFunction, keyName, propertyName, type Scoped } from "./nodes.ts";
import { declaredBy, isUse, opensScope } from "./scopes.ts";

/** A variable of the bundle: where it is declared, and where it is used besides. */
export interface Variable {
  readonly declared: Identifier;
  readonly references: Identifier[];
}

/** The bundle as a tree, with what a question about its values needs: who is above whom, and which name means which variable. */
export interface Syntax {
  readonly code: string;
  readonly program: AnyNode;
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
  const methods: Groups = new Map();
  const calls: Groups = new Map();
  const fields: Groups = new Map();
  const top: Scope = { above: undefined, takesVars: true, variables: new Map() };
  const visit = (node: AnyNode, parent: AnyNode | undefined, around: Scope): void => {
    if (parent !== undefined) parents.set(node, parent);
    const scope = opensScope(node, parent)
      ? { above: around, takesVars: isFunction(node) || node.type === "StaticBlock", variables: new Map() }
      : around;
    if (node.type === "Identifier") {
      if (isUse(node, parent)) uses.push({ name: node, scope });
      return;
    }
    for (const { name, where } of declaredBy(node))
      declare(where === "outside" ? around : scope, name, where);
    addTo(methods, methodName(node), node);
    addTo(calls, calledName(node), node);
    addTo(fields, assignedField(node), node);
    // Millions of nodes in a large bundle: nothing is made anew for each of them.
    for (const key in node) {
      const value: unknown = Reflect.get(node, key);
      if (typeof value !== "object" || value === null) continue;
      if (Array.isArray(value)) {
        for (const each of value) if (isNode(each)) visit(each, node, scope);
      } else if (isNode(value)) visit(value, node, scope);
    }
  };
  for (const child of program.body) visit(child, program, top);
  const variables = new Map<Identifier, Variable>();
  for (const { name, scope } of uses) {
    const found = lookUp(scope, name.name);
    if (found === undefined) continue;
    variables.set(name, found);
    if (found.declared !== name) found.references.push(name);
  }
  return {
    code,
    program,
    parentOf: (node) => parents.get(node),
    variableOf: (name) => variables.get(name),
    methodsNamed: (name) => methods.get(name) ?? [],
    callsNamed: (name) => calls.get(name) ?? [],
    fieldsNamed: (name) => fields.get(name) ?? [],
  };
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

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

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

/** Nodes by a name. */
type Groups = Map<string, AnyNode[]>;

function addTo(groups: Groups, name: string | undefined, node: AnyNode): void {
  if (name === undefined) return;
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [node]);
  else group.push(node);
}
