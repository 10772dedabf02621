import type { AnyNode } from "acorn";
import type { Syntax, Variable } from "../syntax/syntax.ts";
import type { Texts } from "./text.ts";

/** What is known while an expression is read. */
export interface Reading {
  readonly syntax: Syntax;
  /** Reads an expression as text. Texts are made of lists and lists of texts, so one of the two is handed to the other. */
  readonly textsOf: (node: AnyNode, reading: Reading) => Texts;
  /** Parameters whose argument is known, and variables half-way through what is written to them. */
  readonly bound: ReadonlyMap<Variable, Texts>;
  /** What is being read: code that comes back to it is not followed round and round. */
  readonly open: ReadonlySet<AnyNode>;
}

/** The source text of a node, for a person. */
export const codeOf = ({ syntax }: Reading, node: AnyNode): string => {
  const code = syntax.code.slice(node.start, node.end);
  return code.length > 60 ? `${code.slice(0, 59)}…` : code;
};

export const opened = (reading: Reading, node: AnyNode): Reading => ({
  ...reading,
  open: new Set([...reading.open, node]),
});

export const binding = (reading: Reading, variable: Variable, value: Texts): Reading => ({
  ...reading,
  bound: new Map([...reading.bound, [variable, value]]),
});
