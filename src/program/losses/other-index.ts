import { z } from "zod";
import type { System, Vectorize } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { modelOf } from "../../declare/stores/vector-recipe.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";
import { outputsOf, type StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";

const shape = z.object({
  name: z.string(),
  dimensions: z.number(),
  metric: z.string(),
  model: z.string().optional(),
});
type Shape = z.infer<typeof shape>;

/** An index that the stack has and whose declaration says another one. */
export interface OtherIndex {
  readonly label: string;
  readonly was: Shape;
  readonly is: Shape;
  readonly declared: Vectorize;
}

/** Of an index another name or shape is another index, which Pulumi would put in its place; and vectors of another model say nothing to one another. */
export const otherIndexes = (
  state: readonly StateResource[],
  { systems, stage }: { readonly systems: readonly System[]; readonly stage: Stage },
): readonly OtherIndex[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((declared): readonly OtherIndex[] => {
      if (declared.kind !== "vectorize") return [];
      const label = `${system.name}/${declared.name}`;
      const { data: was } = shape.safeParse(outputsOf(state, kinds.vectorize.type, label));
      const { dimensions, metric } = declared;
      const model = modelOf(declared);
      const is = {
        name: physicalName(declared, stage),
        dimensions,
        metric,
        ...(model !== undefined && { model }),
      };
      if (was === undefined) return [];
      const isOther = was.name !== is.name || isOtherInside(was, is);
      return isOther ? [{ label, was, is, declared }] : [];
    }),
  );

/** A model that one of both does not know is not held against the other. */
const isOtherInside = (was: Shape, is: Shape): boolean =>
  was.dimensions !== is.dimensions || was.metric !== is.metric || isOtherModel(was, is);

const isOtherModel = (was: Shape, is: Shape): boolean =>
  was.model !== undefined && is.model !== undefined && was.model !== is.model;

/** Why it is refused, and how vectors come into the index that is declared. @param held what is in it */
export function otherIndexDiagnostic(
  { label, was, is, declared }: OtherIndex,
  held: string,
  { name: stage, protected: isProtected }: Stage,
  isEmpty: boolean,
): Diagnostic {
  const text = ({ dimensions, metric, model }: Shape): string =>
    [`${dimensions} dimensions`, metric, ...(model === undefined ? [] : [model])].join(", ");
  const isReplaced = was.dimensions !== is.dimensions || was.metric !== is.metric;
  return {
    what: isReplaced
      ? `${label} would be exchanged for another, empty one, and ${isEmpty && isProtected ? `${stage} is protected` : `${held} would be lost`}`
      : `${label} has vectors of another model than its declaration names, and they say nothing to vectors of that one`,
    where: `${was.name} in ${stage}`,
    got: `${text(is)} in the declaration`,
    expected: `${text(was)}, as the index has it`,
    fix:
      modelOf(declared) === undefined
        ? sentence`declare how its vectors are made, recipe: { database, select, model }, and make an index beside it: ${command("reindex", { stage, index: label })}; or put the declaration back`
        : sentence`make an index beside it, which takes its place once it is filled: ${command("reindex", { stage, index: label })}; or put the declaration back`,
  };
}

/** Whether what is declared is the index that the stack has, of another shape or model. */
export const isSameName = ({ was, is }: OtherIndex): boolean => was.name === is.name;
