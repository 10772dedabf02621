import type { D1 } from "./d1.ts";
import type { Queue } from "./queue.ts";

/**
 * How the vectors of an index are made again from a database: each row becomes a message of a queue, and the worker that consumes it embeds
 * it as it embeds everything.
 *
 * @example
 * const recipe: VectorRecipe = { database: notes, select: "SELECT id FROM notes", queue: queue("added") };
 */
export interface VectorRecipe {
  /** Where what the vectors stand for is kept. */
  readonly database: D1;
  /** One SELECT. Its first column is another value in each row, and rows are sent in its order; each row, by its columns' names, is a message. */
  readonly select: string;
  /** Whose consumer makes the vectors. */
  readonly queue: Queue;
}
