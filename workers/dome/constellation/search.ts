/** A passage of a note, and how near it is to what was asked. */
export interface Passage {
  readonly noteId: string;
  readonly title: string;
  /** The note's own words. */
  readonly text: string;
  /** Cosine similarity, 1 is the same direction. */
  readonly score: number;
}

/** What constellation's entrypoint of this name offers to other workers. */
export interface Search {
  /** The nearest passages first; `limit` at most 20, as many as Vectorize returns with metadata. */
  passages(question: string, limit?: number): Promise<Passage[]>;
}
