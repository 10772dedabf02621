import type { AnyNode, Identifier } from "acorn";
import { argumentAt, callsOf, functionNamed } from "./syntax/call-sites.ts";
import { definitionOf } from "./syntax/definitions.ts";
import { valuesOfMember } from "./syntax/members.ts";
import { keyName, propertyName } from "./syntax/nodes.ts";
import type { Syntax, Variable } from "./syntax/syntax.ts";

/** Which bindings of a worker an expression can be. */
export interface BindingsIn {
  /** Names of bindings: `ORDERS` of `env.ORDERS`, also through variables, fields, parameters and patterns. */
  readonly named: (node: AnyNode) => readonly string[];
  /** Whether an expression is what a worker gets its bindings by. */
  readonly isEnv: (node: AnyNode) => boolean;
  /** Whether a binding goes on from here to where its calls cannot be followed. */
  readonly goesOn: (node: AnyNode) => boolean;
}

/** What the runtime calls with `env` as the second argument. */
const handlers = ["fetch", "scheduled", "queue", "email", "tail", "trace", "test", "constructor"];

export function bindingsIn(syntax: Syntax): BindingsIn {
  const known = new Map<Identifier, readonly string[]>();
  const knownEnv = new Map<Identifier, boolean>();
  const isEnv = (node: AnyNode, open: readonly AnyNode[] = []): boolean => {
    if (open.includes(node)) return false;
    const inside = [...open, node];
    switch (node.type) {
      case "ChainExpression":
        return isEnv(node.expression, inside);
      case "AssignmentExpression":
        return isEnv(node.right, inside);
      case "MemberExpression":
        if (propertyName(node) === "env") return !isOfProcess(node.object);
        return (
          node.object.type === "ThisExpression" &&
          valuesOfMember(syntax, node).some((value) => isEnv(value, inside))
        );
      case "Identifier":
        return node.name === "env" || isEnvVariable(node, inside);
      default:
        return false;
    }
  };
  const isEnvVariable = (name: Identifier, open: readonly AnyNode[]): boolean => {
    const variable = syntax.variableOf(name);
    if (variable === undefined) return false;
    const before = knownEnv.get(variable.declared);
    if (before !== undefined) return before;
    // In a circle of names it is none; a bundle of megabytes asks for each name thousands of times.
    knownEnv.set(variable.declared, false);
    const found = isEnvBy(variable, open);
    knownEnv.set(variable.declared, found);
    return found;
  };
  const isEnvBy = (variable: Variable, open: readonly AnyNode[]): boolean => {
    if (isImportedEnv(variable.declared, syntax)) return true;
    const definition = definitionOf(syntax, variable);
    switch (definition.kind) {
      case "part":
        return definition.name === "env";
      case "parameter": {
        const { parameter } = definition;
        if (parameter.name !== undefined) return parameter.name === "env";
        return parameter.index === 1 && isHandler(parameter.owner, syntax);
      }
      case "variable":
        return [definition.init, ...definition.writes].some((value) => value && isEnv(value, open));
      case "unknown":
        return false;
      default:
        return definition satisfies never;
    }
  };
  const named = (node: AnyNode, open: readonly AnyNode[] = []): readonly string[] => {
    if (open.includes(node)) return [];
    const inside = [...open, node];
    switch (node.type) {
      case "ChainExpression":
        return named(node.expression, inside);
      case "AssignmentExpression":
        return named(node.right, inside);
      case "LogicalExpression":
        return [...named(node.left, inside), ...named(node.right, inside)];
      case "ConditionalExpression":
        return [...named(node.consequent, inside), ...named(node.alternate, inside)];
      case "MemberExpression": {
        const name = propertyName(node);
        if (name !== undefined && isEnv(node.object)) return [name];
        return node.object.type === "ThisExpression"
          ? valuesOfMember(syntax, node).flatMap((value) => named(value, inside))
          : [];
      }
      case "Identifier":
        return ofName(node, inside);
      default:
        return [];
    }
  };
  const ofName = (name: Identifier, open: readonly AnyNode[]): readonly string[] => {
    const variable = syntax.variableOf(name);
    if (variable === undefined) return [];
    const before = known.get(variable.declared);
    if (before !== undefined) return before;
    known.set(variable.declared, []);
    const found = [...new Set(ofVariable(variable, open))];
    known.set(variable.declared, found);
    return found;
  };
  const ofVariable = (variable: Variable, open: readonly AnyNode[]): readonly string[] => {
    const nested = nestedInEnv(variable.declared, syntax);
    if (nested !== undefined) return [nested];
    const definition = definitionOf(syntax, variable);
    switch (definition.kind) {
      case "part":
        return isEnv(definition.of) ? [definition.name] : [];
      case "parameter": {
        const { parameter } = definition;
        const given = callsOf(syntax, parameter.owner).flatMap((call) => argumentAt(call, parameter) ?? []);
        const followed = given.flatMap((value) => named(value, open));
        return parameter.name === undefined ? followed : [parameter.name, ...followed];
      }
      case "variable":
        return [definition.init, ...definition.writes].flatMap((value) => (value ? named(value, open) : []));
      case "unknown":
        return [];
      default:
        return definition satisfies never;
    }
  };
  return {
    named: (node) => named(node),
    isEnv: (node) => isEnv(node),
    goesOn: (node) => goesOn(node, syntax),
  };
}

/** Variables of a process or of a bundler: `process.env`, `import.meta.env`. */
const isOfProcess = (node: AnyNode): boolean =>
  node.type === "MetaProperty" ||
  (node.type === "Identifier" && node.name === "process") ||
  propertyName(node) === "process";

/** `env` of `import { env } from "cloudflare:workers"`, whatever it is called here. */
function isImportedEnv(declared: Identifier, syntax: Syntax): boolean {
  const specifier = syntax.parentOf(declared);
  if (specifier?.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") return false;
  const from = syntax.parentOf(specifier);
  return (
    specifier.imported.name === "env" &&
    from?.type === "ImportDeclaration" &&
    from.source.value === "cloudflare:workers"
  );
}

function isHandler(owner: AnyNode, syntax: Syntax): boolean {
  const parent = syntax.parentOf(owner);
  return (
    (parent?.type === "Property" || parent?.type === "MethodDefinition") &&
    handlers.includes(keyName(parent.key, parent.computed) ?? "")
  );
}

/** `ORDERS` of the pattern `{ env: { ORDERS } }`. */
function nestedInEnv(declared: Identifier, syntax: Syntax): string | undefined {
  const property = syntax.parentOf(declared);
  if (property?.type !== "Property") return undefined;
  const inner = syntax.parentOf(property);
  const outer = inner?.type === "ObjectPattern" ? syntax.parentOf(inner) : undefined;
  return outer?.type === "Property" && keyName(outer.key, outer.computed) === "env"
    ? keyName(property.key, property.computed)
    : undefined;
}

function goesOn(node: AnyNode, syntax: Syntax): boolean {
  const parent = syntax.parentOf(node);
  switch (parent?.type) {
    case "ChainExpression":
    case "LogicalExpression":
    case "ConditionalExpression":
      return goesOn(parent, syntax);
    case "CallExpression":
    case "NewExpression":
      return parent.callee !== node && functionNamed(syntax, parent.callee) === undefined;
    case "AssignmentExpression":
      return parent.right === node && !isFollowed(parent.left);
    case "ReturnStatement":
    case "ArrowFunctionExpression":
    case "ArrayExpression":
    case "SpreadElement":
      return true;
    case "Property":
      return parent.value === node && syntax.parentOf(parent)?.type === "ObjectExpression";
    default:
      return false;
  }
}

/** A variable, or a field of the class around. */
const isFollowed = (target: AnyNode): boolean =>
  target.type === "Identifier" ||
  (target.type === "MemberExpression" && target.object.type === "ThisExpression");
