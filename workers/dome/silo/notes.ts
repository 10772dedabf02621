/** What a caller hands in. */
export interface NewNote {
  readonly title: string;
  readonly text: string;
}

/** A stored note without its body. */
export interface NoteSummary {
  readonly id: string;
  readonly title: string;
  readonly excerpt: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface Note extends NoteSummary {
  readonly text: string;
}

/** What silo's entrypoint of this name offers to other workers. */
export interface Notes {
  /** Stores a note once: the same title and text are the same note. */
  put(note: NewNote): Promise<NoteSummary>;
  /** The note with its body, or null. */
  get(id: string): Promise<Note | null>;
  /** The newest notes first, at most 200. */
  list(): Promise<NoteSummary[]>;
}
