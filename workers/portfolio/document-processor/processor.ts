/** What became of a document. */
export type Outcome =
  /** Its chunks and vectors are those of the object. */
  | { readonly state: "ready"; readonly chunks: number }
  /** Nothing of it is left, as its object is gone. */
  | { readonly state: "removed" }
  /** It cannot be processed as it is; the reason stands in its row too. */
  | { readonly state: "failed"; readonly error: string };

/** What a Durable Object of the class DocumentProcessor offers: there is one for each key of the bucket. */
export interface Processor {
  /** Makes the database and the index agree with the object of this key, whatever happened to it. May be repeated at any time. */
  process(key: string): Promise<Outcome>;
}
