import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { ModelRecipe, QueueRecipe } from "../../stores/vector-recipe.ts";
import type { System } from "../../system.ts";

/** Recipes that name what their system lacks, a queue that no worker takes from, or a model that Workers AI cannot have. */
export const checkRecipes = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) => {
    if (resource.kind !== "vectorize" || resource.recipe === undefined) return [];
    const { recipe } = resource;
    const where = `${system.name}/${resource.name}, recipe`;
    const named = "queue" in recipe ? [recipe.database, recipe.queue] : [recipe.database];
    const unlisted = named
      .filter((each) => !system.resources.includes(each))
      .map((each) => ({
        what: "A recipe names a resource that its system does not list",
        where,
        got: `${each.kind} ${each.name}`,
        expected: "a database and a queue in the list of the system",
        fix: `add ${each.name} to system("${system.name}", […]) in src/systems`,
      }));
    return [...unlisted, ...("queue" in recipe ? unconsumed(system, recipe, where) : unknown(recipe, where))];
  });

const unconsumed = (system: System, { queue }: QueueRecipe, where: string): Diagnostic[] =>
  workersOf(system).some(({ consumes }) => consumes.some((each) => each.queue === queue))
    ? []
    : [
        {
          what: "Nobody would make the vectors: no worker consumes the recipe's queue",
          where,
          got: `queue ${queue.name}`,
          expected: "a queue whose consumer embeds what it is told of",
          fix: "name the queue that new rows are announced in",
        },
      ];

const unknown = ({ model }: ModelRecipe, where: string): Diagnostic[] =>
  /^@(cf|hf)\/[\w.-]+\/[\w.-]+$/.test(model)
    ? []
    : [
        {
          what: "A recipe names a model that Workers AI cannot have",
          where,
          got: JSON.stringify(model),
          expected: "a name as in Cloudflare's list of models, such as @cf/baai/bge-m3",
          fix: "name the model that the workers ask; where they ask another provider, a recipe with a queue lets them make the vectors",
        },
      ];
