import { judgeResource, judgeStack, unusedExceptions } from "../../policy/judge.ts";
import type { Pack } from "../../policy/pack-options.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { SeenStack } from "./seen.ts";
import type { Report } from "./text.ts";

/** What the rules find in a stack. */
export function reportOf(stack: SeenStack, stage: Stage, of: string, pack: Pack): Report {
  const judgements = [
    ...stack.inputs.flatMap((resource) => judgeResource(pack, resource)),
    ...judgeStack(pack, stack.outputs),
  ];
  return {
    stage: stage.name,
    of,
    resources: stack.inputs.length,
    types: new Set(stack.inputs.map(({ type }) => type)),
    judgements: [...judgements, ...unusedExceptions(pack, judgements)],
  };
}
