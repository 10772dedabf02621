import type { IncomingMessage, ServerResponse } from "node:http";

export type Metric = "cosine" | "euclidean" | "dot-product";

export interface IndexConfig {
  readonly dimensions: number;
  readonly metric: Metric;
}

export interface Vector {
  readonly id: string;
  readonly values: readonly number[];
  readonly namespace?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Match {
  readonly id: string;
  readonly score: number;
  readonly values?: readonly number[];
  readonly namespace?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface VectorQuery {
  /** A vector, or the id of one in the index. */
  readonly vector: readonly number[] | { readonly vectorId: string };
  readonly topK: number;
  readonly returnValues: boolean;
  readonly returnMetadata: "none" | "indexed" | "all";
  readonly namespace?: string;
  readonly filter?: unknown;
}

/** Refused by the index: Vectorize's own code (such as 40012, wrong number of dimensions) and text. */
export class VectorError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = "VectorError";
    this.code = code;
  }
}

/** Exact nearest neighbours over vectors in SQLite: what Vectorize v2 promises, without its eventual consistency's approximation. */
export interface VectorEngine {
  /**
   * Notes that these embeddings came from this AI backend. An index that holds one of them belongs to that backend from
   * then on, and refuses the embeddings of any other: their numbers have nothing to do with each other.
   */
  remember(backend: string, embeddings: readonly (readonly number[])[]): void;
  /** Data plane: what workerd's own Vectorize binding sends with `x-lockstep-store: VECTORIZE/<id>`. */
  handle(indexId: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  create(indexId: string, config: IndexConfig): void;
  remove(indexId: string): void;
  /** Returns the mutation's id. Insert keeps an existing vector, upsert replaces it. */
  write(indexId: string, mode: "insert" | "upsert", vectors: readonly Vector[]): string;
  query(indexId: string, query: VectorQuery): { readonly count: number; readonly matches: readonly Match[] };
  getByIds(indexId: string, ids: readonly string[]): readonly Vector[];
  deleteByIds(indexId: string, ids: readonly string[]): string;
  list(
    indexId: string,
    options: { readonly count: number; readonly cursor?: string },
  ): { readonly ids: readonly string[]; readonly cursor: string | undefined; readonly total: number };
  info(indexId: string): {
    readonly dimensions: number;
    readonly vectorCount: number;
    readonly processedUpToDatetime: string | null;
    readonly processedUpToMutation: string | null;
  };
  metadataIndexes(
    indexId: string,
  ): readonly { readonly propertyName: string; readonly indexType: "string" | "number" | "boolean" }[];
  createMetadataIndex(
    indexId: string,
    propertyName: string,
    indexType: "string" | "number" | "boolean",
  ): string;
  deleteMetadataIndex(indexId: string, propertyName: string): string;
}
