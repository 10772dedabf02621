import type { State } from "../../state.ts";
import { type IndexConfig, type Metric, type Vector, VectorError } from "../vectors.ts";
import { type IndexedValues, truncated } from "./filter.ts";

export interface MetadataIndex {
  readonly propertyName: string;
  readonly indexType: "string" | "number" | "boolean";
}

export interface StoredIndex {
  readonly config: IndexConfig;
  /** The AI backend whose embeddings it holds, where that is known. */
  readonly filledBy: string | undefined;
  readonly mutation: string | undefined;
  readonly mutatedOn: string | undefined;
}

export interface StoredVector {
  readonly id: string;
  readonly values: Float32Array;
  readonly namespace: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly indexed: IndexedValues;
}

/** One row of a search: only what ranking needs. */
export interface Scanned {
  readonly ordinal: number;
  readonly values: Float32Array;
  readonly indexed: () => IndexedValues;
}

/** Vectors as Float32 blobs in SQLite. What a metadata index holds is taken when a vector is written, as Vectorize does: not afterwards. */
export function vectorStore(state: State) {
  const db = state.sqlite;
  db.exec(`CREATE TABLE IF NOT EXISTS vector_indexes(
      id TEXT PRIMARY KEY, dimensions INTEGER NOT NULL, metric TEXT NOT NULL, filled_by TEXT, mutation TEXT, mutated_on TEXT) STRICT;
    CREATE TABLE IF NOT EXISTS vector_metadata_indexes(
      index_id TEXT NOT NULL, property TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY(index_id, property)) STRICT;
    CREATE TABLE IF NOT EXISTS vectors(
      ordinal INTEGER PRIMARY KEY AUTOINCREMENT, index_id TEXT NOT NULL, id TEXT NOT NULL, namespace TEXT, data BLOB NOT NULL,
      indexed TEXT NOT NULL, metadata TEXT, UNIQUE(index_id, id)) STRICT;`);
  const sql = {
    create: db.prepare("INSERT INTO vector_indexes(id, dimensions, metric) VALUES (?, ?, ?)"),
    index: db.prepare("SELECT * FROM vector_indexes WHERE id = ?"),
    filledBy: db.prepare("UPDATE vector_indexes SET filled_by = ? WHERE id = ?"),
    mutated: db.prepare("UPDATE vector_indexes SET mutation = ?, mutated_on = ? WHERE id = ?"),
    removeIndex: db.prepare("DELETE FROM vector_indexes WHERE id = ?"),
    removeVectors: db.prepare("DELETE FROM vectors WHERE index_id = ?"),
    removeMetadataIndexes: db.prepare("DELETE FROM vector_metadata_indexes WHERE index_id = ?"),
    insert: db.prepare(
      "INSERT INTO vectors(index_id, id, namespace, data, indexed, metadata) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(index_id, id) DO NOTHING",
    ),
    upsert:
      db.prepare(`INSERT INTO vectors(index_id, id, namespace, data, indexed, metadata) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT(index_id, id) DO UPDATE SET namespace = excluded.namespace, data = excluded.data, indexed = excluded.indexed, metadata = excluded.metadata`),
    get: db.prepare("SELECT * FROM vectors WHERE index_id = ? AND id = ?"),
    byOrdinal: db.prepare("SELECT * FROM vectors WHERE ordinal = ?"),
    delete: db.prepare("DELETE FROM vectors WHERE index_id = ? AND id = ?"),
    count: db.prepare("SELECT count(*) AS n FROM vectors WHERE index_id = ?"),
    ids: db.prepare("SELECT id FROM vectors WHERE index_id = ? AND id > ? ORDER BY id LIMIT ?"),
    scan: db.prepare("SELECT ordinal, data FROM vectors WHERE index_id = ? AND (? IS NULL OR namespace = ?)"),
    scanIndexed: db.prepare(
      "SELECT ordinal, data, indexed FROM vectors WHERE index_id = ? AND (? IS NULL OR namespace = ?)",
    ),
    metadataIndexes: db.prepare(
      "SELECT property, type FROM vector_metadata_indexes WHERE index_id = ? ORDER BY rowid",
    ),
    putMetadataIndex: db.prepare(
      "INSERT OR REPLACE INTO vector_metadata_indexes(index_id, property, type) VALUES (?, ?, ?)",
    ),
    deleteMetadataIndex: db.prepare(
      "DELETE FROM vector_metadata_indexes WHERE index_id = ? AND property = ?",
    ),
  };
  return {
    create(indexId: string, { dimensions, metric }: IndexConfig): void {
      sql.create.run(indexId, dimensions, metric);
    },
    /** Throws {@link VectorError} when there is no such index. */
    index(indexId: string): StoredIndex {
      const row = sql.index.get(indexId);
      if (row === undefined) throw new VectorError(40_400, "vectorize.index.not_found");
      return {
        config: { dimensions: Number(row["dimensions"]), metric: metricOf(String(row["metric"])) },
        filledBy: optional(row["filled_by"]),
        mutation: optional(row["mutation"]),
        mutatedOn: optional(row["mutated_on"]),
      };
    },
    setFilledBy(indexId: string, backend: string): void {
      sql.filledBy.run(backend, indexId);
    },
    mutated(indexId: string, mutation: string, mutatedOn: string): void {
      sql.mutated.run(mutation, mutatedOn, indexId);
    },
    remove(indexId: string): void {
      state.transaction(() => {
        sql.removeVectors.run(indexId);
        sql.removeMetadataIndexes.run(indexId);
        sql.removeIndex.run(indexId);
      });
    },
    put(indexId: string, mode: "insert" | "upsert", vector: Vector, indexes: readonly MetadataIndex[]): void {
      const data = new Uint8Array(Float32Array.from(vector.values).buffer);
      const metadata = vector.metadata === undefined ? null : JSON.stringify(vector.metadata);
      sql[mode].run(
        indexId,
        vector.id,
        vector.namespace ?? null,
        data,
        JSON.stringify(indexedValues(vector, indexes)),
        metadata,
      );
    },
    get(indexId: string, id: string): StoredVector | undefined {
      const row = sql.get.get(indexId, id);
      return row === undefined ? undefined : vectorOf(row);
    },
    byOrdinal(ordinal: number): StoredVector {
      const row = sql.byOrdinal.get(ordinal);
      if (row === undefined) throw new Error(`vector ${ordinal} vanished during a search`);
      return vectorOf(row);
    },
    delete(indexId: string, id: string): void {
      sql.delete.run(indexId, id);
    },
    count: (indexId: string): number => Number(sql.count.get(indexId)?.["n"]),
    ids: (indexId: string, after: string | undefined, limit: number): readonly string[] =>
      sql.ids.all(indexId, after ?? "", limit).map((row) => String(row["id"])),
    *scan(indexId: string, namespace: string | undefined, withIndexed: boolean): Generator<Scanned> {
      const statement = withIndexed ? sql.scanIndexed : sql.scan;
      for (const row of statement.iterate(indexId, namespace ?? null, namespace ?? null))
        yield {
          ordinal: Number(row["ordinal"]),
          values: floats(row["data"]),
          indexed: () => parseIndexed(row["indexed"]),
        };
    },
    metadataIndexes: (indexId: string): readonly MetadataIndex[] =>
      sql.metadataIndexes.all(indexId).map((row) => ({
        propertyName: String(row["property"]),
        indexType: indexTypeOf(String(row["type"])),
      })),
    putMetadataIndex(indexId: string, { propertyName, indexType }: MetadataIndex): void {
      sql.putMetadataIndex.run(indexId, propertyName, indexType);
    },
    deleteMetadataIndex: (indexId: string, propertyName: string): boolean =>
      sql.deleteMetadataIndex.run(indexId, propertyName).changes === 1,
  };
}

/** The values of a vector that its indexes can hold: of the declared type only; a dot in a property's name goes one level down. */
function indexedValues(vector: Vector, indexes: readonly MetadataIndex[]): IndexedValues {
  const found: Record<string, string | number | boolean> = {};
  for (const { propertyName, indexType } of indexes) {
    const value = propertyName
      .split(".")
      .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), vector.metadata);
    const short = typeof value === "string" ? truncated(value) : value;
    if (
      typeof short === indexType &&
      (typeof short === "string" || typeof short === "number" || typeof short === "boolean")
    )
      found[propertyName] = short;
  }
  return found;
}

function vectorOf(row: Record<string, unknown>): StoredVector {
  const metadata: unknown = typeof row["metadata"] === "string" ? JSON.parse(row["metadata"]) : undefined;
  return {
    id: String(row["id"]),
    values: floats(row["data"]),
    namespace: optional(row["namespace"]),
    metadata: isRecord(metadata) ? metadata : undefined,
    indexed: parseIndexed(row["indexed"]),
  };
}

function parseIndexed(text: unknown): IndexedValues {
  const value: unknown = JSON.parse(String(text));
  const found: Record<string, string | number | boolean> = {};
  if (isRecord(value))
    for (const [key, v] of Object.entries(value))
      if (typeof v === "string" || typeof v === "number" || typeof v === "boolean") found[key] = v;
  return found;
}

function floats(blob: unknown): Float32Array {
  if (!(blob instanceof Uint8Array)) throw new Error("a stored vector has no data");
  const aligned = blob.byteOffset % 4 === 0 ? blob : Uint8Array.from(blob);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function metricOf(text: string): Metric {
  if (text === "cosine" || text === "euclidean" || text === "dot-product") return text;
  throw new Error(`unknown metric ${JSON.stringify(text)} of a stored index`);
}

function indexTypeOf(text: string): MetadataIndex["indexType"] {
  if (text === "string" || text === "number" || text === "boolean") return text;
  throw new Error(`unknown type ${JSON.stringify(text)} of a stored metadata index`);
}

const optional = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
