import { declaredHere } from "../declared-at.ts";
import type { Named, Shareable } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";
import type { VectorRecipe } from "./vector-recipe.ts";

/**
 * A Vectorize index. Its dimensions and metric can never change: another shape is another index.
 *
 * @example
 * const index: Vectorize = vectorize("notes", { dimensions: 768, metric: "cosine" });
 */
export interface Vectorize extends Named, Shareable {
  readonly kind: "vectorize";
  /** Numbers in a vector, 1 to 1536. */
  readonly dimensions: number;
  /** How near two vectors are. */
  readonly metric: "cosine" | "euclidean" | "dot-product";
  /** For people who look at the account. @default "" */
  readonly description?: string;
  /** Properties of the metadata that queries filter by, at most 10. @default - none */
  readonly metadataIndexes?: Readonly<Record<string, "string" | "number" | "boolean">>;
  /** Names of indexes that exist already, by stage: one of this name and shape is taken over with its vectors, and never deleted. @default - created */
  readonly adopt?: Readonly<Record<string, string>>;
  /** How its vectors are made again from a database: for `reindex` and `db reindex`. @default - they are not */
  readonly recipe?: VectorRecipe;
}

const shapes: Shapes<Vectorize> = {
  ...named,
  shared: ["flag"],
  adopt: ["group"],
  dimensions: ["number"],
  metric: ["text"],
  description: ["text"],
  metadataIndexes: ["group"],
  recipe: ["group"],
};

/**
 * Declares a Vectorize index. One that is there already is taken over only where `adopt` names it. Its dimensions are those of the model that makes the vectors.
 *
 * @example
 * const index = vectorize("notes", { dimensions: 768, metric: "cosine", metadataIndexes: { author: "string" } });
 */
export const vectorize = (name: string, options: Omit<Vectorize, "kind" | "name">): Vectorize =>
  declaredHere(
    shaped(shapes, {
      kind: "vectorize",
      name,
      ...options,
    }),
  );
