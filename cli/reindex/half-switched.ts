import type { Begun } from "../stack/switch/journal.ts";

/**
 * What an earlier run left half done, and what is left of it: a line each.
 * @param has what the stack has now: either of the two
 */
export function halfSwitchedLines(
  { by, at, undo, stores }: Pick<Begun, "by" | "at" | "undo" | "stores">,
  key: string,
  has: string,
): readonly string[] {
  return stores.flatMap(({ from, to }) => [
    `A switch ${undo ? "back " : ""}of ${key} was begun by ${by} at ${at} and not finished: ${to.name} in the place of ${from.name}.`,
    has === to.name
      ? `  The stack has ${to.name} already; workers may still be bound to ${from.name}. What is left: their deployment, and the rows that were written meanwhile.`
      : `  The stack still has ${has}, and it serves. What is left: the stack file and the stack's state, the deployment of the workers, and the rows that were written meanwhile.`,
    "  This goes on with it.",
  ]);
}
