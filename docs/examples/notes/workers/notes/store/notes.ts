export interface Note {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** What the store's entrypoint of this name offers to other workers. */
export interface Notes {
  /** The note, or null. */
  get(id: string): Promise<Note | null>;
}
