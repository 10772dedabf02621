import type { AnyNode } from "acorn";
import { isFunction } from "../syntax/nodes.ts";
import type { Syntax } from "../syntax/syntax.ts";
import type { Ways } from "./variants.ts";

/** One turn on the way to a node: at which place, which way, and of how many. */
export interface Turn {
  readonly place: string;
  readonly way: number;
  readonly of: number;
}

/** The turns that lead to a node from a block around it, outermost first; undefined where the way there is not known: in a loop, say. */
export function turnsTo(syntax: Syntax, node: AnyNode, from: AnyNode): readonly Turn[] | undefined {
  const turns: Turn[] = [];
  let below = node;
  for (let at = syntax.parentOf(node); at !== undefined && at !== from; at = syntax.parentOf(at)) {
    const way = wayThrough(at, below);
    if (way === "unknown") return undefined;
    if (way !== undefined) turns.unshift(way);
    below = at;
  }
  return turns;
}

function wayThrough(node: AnyNode, below: AnyNode): Turn | "unknown" | undefined {
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression":
      return below === node.test
        ? undefined
        : { place: placeOf(node), way: below === node.consequent ? 0 : 1, of: 2 };
    case "LogicalExpression":
      return below === node.left ? undefined : { place: placeOf(node), way: 1, of: 2 };
    case "SwitchStatement": {
      const at = node.cases.findIndex((each) => each === below);
      // Where one case runs on into the next, both are gone through.
      const falls = node.cases.some(
        ({ consequent }, i) => consequent.length > 0 && i < node.cases.length - 1 && !ends(consequent.at(-1)),
      );
      if (at < 0) return undefined;
      return falls ? "unknown" : { place: placeOf(node), way: at, of: node.cases.length + 1 };
    }
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "TryStatement":
    case "LabeledStatement":
      return "unknown";
    default:
      return isFunction(node) ? "unknown" : undefined;
  }
}

function ends(statement: AnyNode | undefined): boolean {
  if (statement?.type === "BlockStatement") return ends(statement.body.at(-1));
  return ["BreakStatement", "ReturnStatement", "ThrowStatement", "ContinueStatement"].includes(
    statement?.type ?? "",
  );
}

/** The name of a place where code goes one way or another. */
export const placeOf = (node: AnyNode): string => `${node.start}`;

export const waysOf = (turns: readonly Turn[]): Ways => new Map(turns.map(({ place, way }) => [place, way]));

/** All ways that do not lead where the turns lead: another one at one of them. */
export const waysPast = (turns: readonly Turn[]): readonly Ways[] =>
  turns.flatMap(({ place, way, of }, i) =>
    Array.from({ length: of }, (_, other) => other)
      .filter((other) => other !== way)
      .map((other) => new Map([...waysOf(turns.slice(0, i)), [place, other]])),
  );
