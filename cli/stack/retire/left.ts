import type { System } from "../../../src/declare/index.ts";
import { factsOf } from "../../../src/declare/kinds/resources.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** What a `destroy` leaves where it is, because the stack did not make it: a line each. */
export const leftBehind = (
  systems: readonly System[],
  { name: stage }: Pick<Stage, "name">,
): readonly string[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const adopted = factsOf(resource).adopted[stage];
      return adopted === undefined
        ? []
        : [
            `${system.name}/${resource.name} (${resource.kind} ${adopted}) was taken over by this stack and is left where it is`,
          ];
    }),
  );
