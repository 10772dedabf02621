import type { D1 } from "./d1.ts";
import type { Queue } from "./queue.ts";

/**
 * How the vectors of an index are made again from a database. With `queue` the worker that consumes it makes them: each row becomes a message. With
 * `model` the command makes them itself, which it has to where they go into an index beside the one that the workers are bound to.
 *
 * @example
 * const recipe: VectorRecipe = { database: notes, select: "SELECT id FROM notes", queue: queue("added") };
 */
export type VectorRecipe = QueueRecipe | ModelRecipe;

/**
 * A worker makes the vectors, as it makes all others: for `db reindex`.
 *
 * @example
 * const recipe: QueueRecipe = { database: notes, select: "SELECT id FROM notes", queue: queue("added") };
 */
export interface QueueRecipe {
  /** Where what the vectors stand for is kept. */
  readonly database: D1;
  /** One SELECT. Its first column is another value in each row, and rows are sent in its order; each row, by its columns' names, is a message. */
  readonly select: string;
  /** Whose consumer makes the vectors. */
  readonly queue: Queue;
}

/**
 * A model of Workers AI makes the vectors from a column of texts: for `reindex`. The vectors have to be what the workers make of the same rows.
 *
 * @example
 * const recipe: ModelRecipe = { database: notes, select: "SELECT id, body AS text, author FROM notes", model: "@cf/baai/bge-m3" };
 */
export interface ModelRecipe {
  /** Where what the vectors stand for is kept. */
  readonly database: D1;
  /** One SELECT. Its first column is the vector's id, its column `text` what is embedded; every other column is metadata of its name. A row without a text has no vector. */
  readonly select: string;
  /** `@cf/baai/bge-m3`: the one that the workers ask. */
  readonly model: string;
}

/** The model that fills an index, where its recipe names one. */
export const modelOf = ({ recipe }: { readonly recipe?: VectorRecipe }): string | undefined =>
  recipe !== undefined && "model" in recipe ? recipe.model : undefined;
