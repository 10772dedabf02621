import type { AnyNode } from "acorn";
import { isFunction } from "../syntax/nodes.ts";
import type { Syntax } from "../syntax/syntax.ts";
import { along, type Variants } from "./variants.ts";
import { turnsTo, waysOf, waysPast } from "./written.ts";

/** Something that changes a variable: at `node`, from one value to the next. */
export interface Change<Value> {
  readonly node: AnyNode;
  readonly apply: (before: Variants<Value>) => Variants<Value>;
}

/**
 * The values that a variable can have where it is used, after the changes before that: each is made, or not, as the code may go.
 * undefined where that is not known: changes in loops, or in other functions.
 */
export function valuesAt<Value>(
  syntax: Syntax,
  {
    declared,
    use,
    first,
  }: { readonly declared: AnyNode; readonly use: AnyNode; readonly first: Variants<Value> },
  changes: readonly Change<Value>[],
): Variants<Value> | undefined {
  if (changes.length === 0) return first;
  const block = blockAround(syntax, declared);
  if (functionAround(syntax, use) !== functionAround(syntax, declared)) return undefined;
  const toUse = turnsTo(syntax, use, block);
  if (toUse === undefined) return undefined;
  let values = first;
  for (const { node, apply } of changes) {
    const turns = turnsTo(syntax, node, block);
    if (turns === undefined) return undefined;
    if (node.start > use.start) continue;
    values = [
      ...apply(along(values, waysOf(turns))),
      ...waysPast(turns).flatMap((past) => along(values, past)),
    ];
  }
  return along(values, waysOf(toUse));
}

const around = (syntax: Syntax, node: AnyNode, is: (node: AnyNode) => boolean): AnyNode => {
  let at = node;
  for (let above = syntax.parentOf(at); above !== undefined; above = syntax.parentOf(above)) {
    at = above;
    if (is(at)) return at;
  }
  return at;
};

const functionAround = (syntax: Syntax, node: AnyNode): AnyNode => around(syntax, node, isFunction);

const blockAround = (syntax: Syntax, node: AnyNode): AnyNode =>
  around(
    syntax,
    node,
    (each) => isFunction(each) || each.type === "BlockStatement" || each.type === "SwitchStatement",
  );
