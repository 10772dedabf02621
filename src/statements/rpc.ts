import type { AnyNode } from "acorn";
import { bindingsIn } from "./bindings-in.ts";
import { isClass, keyName, namesIn, propertyName } from "./syntax/nodes.ts";
import { type Syntax, syntaxOf } from "./syntax/syntax.ts";

/** What a bundle's code says of calls between workers. */
export interface Rpc {
  /** The methods that an entrypoint is called by; undefined where the code alone does not tell. @param entrypoint the name of an export */
  readonly methodsOf: (entrypoint: string) => ReadonlySet<string> | undefined;
  /** Names of exports; undefined where the runtime alone knows: `export * from "cloudflare:…"`. */
  readonly exports: ReadonlySet<string> | undefined;
  /** The methods that the code calls on a binding, as far as it is written out: `env.ORDERS.place(…)`, also by another name of it. */
  readonly calledOn: (binding: string) => readonly string[];
  /** Whether a binding goes to where its calls cannot be followed, or is taken by a name that is not written out. */
  readonly handsOn: (binding: string) => boolean;
}

/** Reads a bundle. Undefined for code that is no module. */
export function rpcOf(code: string): Rpc | undefined {
  const syntax = parsed(code);
  if (syntax === undefined) return undefined;
  const exported = new Map<string, AnyNode>();
  const used = usesOf(syntax);
  let handsOn = false;
  each(syntax.program, (node) => {
    handsOn ||= node.type === "ExportAllDeclaration";
    for (const [name, value] of exportsOf(node)) exported.set(name, value);
    used.see(node);
  });
  return {
    methodsOf(entrypoint) {
      const value = exported.get(entrypoint);
      return value === undefined ? undefined : methodsIn(value, syntax);
    },
    exports: handsOn ? undefined : new Set(exported.keys()),
    calledOn: used.calledOn,
    handsOn: used.handsOn,
  };
}

function parsed(code: string): Syntax | undefined {
  try {
    return syntaxOf(code);
  } catch (error) {
    // No module, or one that is nested too deeply.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Bundles of megabytes: no function a level. */
function each(root: AnyNode, see: (node: AnyNode) => void): void {
  const open: AnyNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    see(node);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) open.push(...value.filter(isNode));
      else if (isNode(value)) open.push(value);
    }
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** What a statement exports: name → what it stands for. */
function exportsOf(node: AnyNode): readonly (readonly [string, AnyNode])[] {
  if (node.type === "ExportDefaultDeclaration") return [["default", node.declaration]];
  if (node.type !== "ExportNamedDeclaration" || node.source) return [];
  const { declaration } = node;
  const own = (): readonly (readonly [string, AnyNode])[] => {
    if (!declaration) return [];
    if (declaration.type === "VariableDeclaration")
      return declaration.declarations.flatMap(({ id }) =>
        namesIn(id).map((name) => [name.name, name] as const),
      );
    return [[declaration.id.name, declaration]];
  };
  const listed = node.specifiers.flatMap(({ exported, local }) => {
    const name = exported.type === "Identifier" ? exported.name : String(exported.value);
    return [[name, local] as const];
  });
  return [...own(), ...listed];
}

/** What becomes of the bindings in each node that is seen. */
function usesOf(syntax: Syntax): Pick<Rpc, "calledOn" | "handsOn"> & { see: (node: AnyNode) => void } {
  const bindings = bindingsIn(syntax);
  const calls = new Map<string, Set<string>>();
  const gone = new Set<string>();
  let isAnyGone = false;
  const called = (names: readonly string[], methods: readonly (string | undefined)[]): void => {
    for (const name of names)
      for (const method of methods)
        if (method === undefined) gone.add(name);
        else calls.set(name, (calls.get(name) ?? new Set()).add(method));
  };
  return {
    see(node) {
      if (node.type === "MemberExpression") {
        const method = propertyName(node);
        if (method === undefined) isAnyGone ||= bindings.isEnv(node.object);
        if (isTaken(node, syntax)) called(bindings.named(node.object), [method]);
      }
      // `const { place } = env.ORDERS`
      if (node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" && node.init) {
        const taken = node.id.properties.map((one) =>
          one.type === "Property" ? keyName(one.key, one.computed) : undefined,
        );
        called(bindings.named(node.init), taken);
      }
      const isUse = node.type === "MemberExpression" || node.type === "Identifier";
      const names = isUse ? bindings.named(node) : [];
      if (names.length > 0 && bindings.goesOn(node)) for (const name of names) gone.add(name);
    },
    calledOn: (binding) => [...(calls.get(binding) ?? [])].sort(),
    handsOn: (binding) => isAnyGone || gone.has(binding),
  };
}

/** Whether what is behind the dot is called, or kept to be called later. */
function isTaken(node: AnyNode, syntax: Syntax): boolean {
  const parent = syntax.parentOf(node);
  if (parent?.type === "ChainExpression") return isTaken(parent, syntax);
  return (
    (parent?.type === "CallExpression" && parent.callee === node) ||
    (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier")
  );
}

/** Of a class, with those of the classes of the bundle that it extends; of an object with handlers, their names. */
function methodsIn(
  value: AnyNode,
  syntax: Syntax,
  seen: readonly AnyNode[] = [],
): ReadonlySet<string> | undefined {
  const found = value.type === "Identifier" ? definitionOf(value, syntax) : value;
  if (found === undefined || seen.includes(found)) return undefined;
  if (found.type === "ObjectExpression") {
    const names = found.properties.map((each) =>
      each.type === "Property" ? keyName(each.key, each.computed) : undefined,
    );
    return allKnown(names);
  }
  if (!isClass(found)) return undefined;
  const own = allKnown(
    found.body.body.flatMap((member) =>
      member.type === "MethodDefinition" && !member.static && member.kind !== "constructor"
        ? [keyName(member.key, member.computed)]
        : [],
    ),
  );
  if (own === undefined || !found.superClass) return own;
  if (isOfRuntime(found.superClass, syntax)) return own;
  const above = methodsIn(found.superClass, syntax, [...seen, found]);
  return above === undefined ? undefined : new Set([...own, ...above]);
}

const allKnown = (names: readonly (string | undefined)[]): ReadonlySet<string> | undefined => {
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? new Set(known) : undefined;
};

/** `WorkerEntrypoint` of the runtime, which has no method of its own that is called. */
function isOfRuntime(value: AnyNode, syntax: Syntax): boolean {
  if (value.type !== "Identifier") return false;
  const declared = syntax.variableOf(value)?.declared;
  const parent = declared === undefined ? undefined : syntax.parentOf(declared);
  if (parent?.type !== "ImportSpecifier") return false;
  const from = syntax.parentOf(parent);
  return from?.type === "ImportDeclaration" && from.source.value === "cloudflare:workers";
}

/** The class or object that a name is declared as, once and for all. */
function definitionOf(name: Extract<AnyNode, { type: "Identifier" }>, syntax: Syntax): AnyNode | undefined {
  const variable = syntax.variableOf(name);
  const parent = variable === undefined ? undefined : syntax.parentOf(variable.declared);
  if (parent === undefined) return undefined;
  if (isClass(parent)) return parent;
  return parent.type === "VariableDeclarator" && parent.init ? parent.init : undefined;
}
