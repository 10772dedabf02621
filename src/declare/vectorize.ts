import type { Named, Shareable } from "./named.ts";

/** A Vectorize index. Its dimensions and metric can never change: another shape is another index. */
export interface Vectorize extends Named, Shareable {
  readonly kind: "vectorize";
  /** Numbers in a vector, 1 to 1536. */
  readonly dimensions: number;
  readonly metric: "cosine" | "euclidean" | "dot-product";
  readonly description?: string;
  /** Properties of the metadata that queries filter by, at most 10. */
  readonly metadataIndexes?: Readonly<Record<string, "string" | "number" | "boolean">>;
}

/** Declares a Vectorize index. */
export const vectorize = (name: string, options: Omit<Vectorize, "kind" | "name">): Vectorize => ({
  kind: "vectorize",
  name,
  ...options,
});
