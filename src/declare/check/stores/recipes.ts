import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { Vectorize } from "../../stores/vectorize.ts";
import type { System } from "../../system.ts";

/** Recipes that name what their system lacks, or a queue that no worker takes from. */
export const checkRecipes = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) => (resource.kind === "vectorize" ? check(system, resource) : []));

function check(system: System, { name, recipe }: Vectorize): Diagnostic[] {
  if (recipe === undefined) return [];
  const where = `${system.name}/${name}, recipe`;
  const { database, queue } = recipe;
  const unlisted = [database, queue]
    .filter((each) => !system.resources.includes(each))
    .map((each) => ({
      what: "A recipe names a resource that its system does not list",
      where,
      got: `${each.kind} ${each.name}`,
      expected: "a database and a queue in the list of the system",
      fix: `add ${each.name} to system("${system.name}", […]) in src/systems`,
    }));
  const isConsumed = workersOf(system).some(({ consumes }) => consumes.some((each) => each.queue === queue));
  if (isConsumed) return unlisted;
  return [
    ...unlisted,
    {
      what: "Nobody would make the vectors: no worker consumes the recipe's queue",
      where,
      got: `queue ${queue.name}`,
      expected: "a queue whose consumer embeds what it is told of",
      fix: "name the queue that new rows are announced in",
    },
  ];
}
