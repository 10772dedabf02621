import { type IndexConfig, type Vector, VectorError, type VectorQuery } from "../vectors.ts";

/** Vectorize's limits; see its "Limits" page. */
export const vectorLimits = {
  dimensions: 1536,
  idBytes: 64,
  namespaceBytes: 64,
  metadataBytes: 10 * 1024,
  metadataIndexes: 10,
  /** In one request over HTTP; the binding takes 1000. */
  vectorsPerRequest: 5000,
  vectorsPerBindingRequest: 1000,
  topK: 100,
  topKWithValuesOrMetadata: 50,
  idsPerGet: 20,
  idsPerDelete: 100,
} as const;

/** Throws {@link VectorError} for the first vector that the index does not take; nothing was written then. */
export function checkVectors(config: IndexConfig, vectors: readonly Vector[]): void {
  if (vectors.length > vectorLimits.vectorsPerRequest)
    throw new VectorError(
      40_007,
      `too many vectors in payload; max vector count is ${vectorLimits.vectorsPerRequest}, got ${vectors.length}`,
    );
  for (const { id, values, namespace, metadata } of vectors) {
    checkId(id);
    if (values.length !== config.dimensions)
      throw new VectorError(
        40_012,
        `invalid vector for id="${id}", expected ${config.dimensions} dimensions, and got ${values.length} dimensions`,
      );
    if (!values.every((value) => Number.isFinite(Math.fround(value))))
      throw new VectorError(
        40_012,
        `invalid vector for id="${id}", every value must be a finite 32-bit number`,
      );
    if (namespace !== undefined && Buffer.byteLength(namespace) > vectorLimits.namespaceBytes)
      throw new VectorError(
        40_012,
        `invalid vector for id="${id}", namespace too long; max is ${vectorLimits.namespaceBytes} bytes, got ${Buffer.byteLength(namespace)} bytes`,
      );
    checkMetadata(id, metadata);
  }
}

function checkId(id: string): void {
  const bytes = Buffer.byteLength(id);
  if (bytes === 0) throw new VectorError(40_008, "id must not be empty");
  if (bytes > vectorLimits.idBytes)
    throw new VectorError(40_008, `id too long; max is ${vectorLimits.idBytes} bytes, got ${bytes} bytes`);
}

function checkMetadata(id: string, metadata: Vector["metadata"]): void {
  if (metadata === undefined) return;
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > vectorLimits.metadataBytes)
    throw new VectorError(
      40_012,
      `invalid vector for id="${id}", metadata too large; max is ${vectorLimits.metadataBytes} bytes, got ${bytes} bytes`,
    );
  const bad = Object.keys(metadata).find(
    (key) => key === "" || key.startsWith("$") || /[".]/.test(key) || key.length > 512,
  );
  if (bad !== undefined)
    throw new VectorError(
      40_012,
      `invalid vector for id="${id}", metadata key ${JSON.stringify(bad)} is not allowed: not empty, no dot, no double quote, no leading $, at most 512 characters`,
    );
}

/** Throws {@link VectorError} for a `topK` or a query vector that Vectorize refuses. */
export function checkQuery(config: IndexConfig, query: VectorQuery, vector: readonly number[]): void {
  if (vector.length !== config.dimensions)
    throw new VectorError(
      40_006,
      `invalid query vector, expected ${config.dimensions} dimensions, and got ${vector.length} dimensions`,
    );
  if (!Number.isInteger(query.topK) || query.topK < 1)
    throw new VectorError(40_025, `top K must be a whole number from 1, but got ${query.topK}`);
  if (query.topK > vectorLimits.topK)
    throw new VectorError(40_025, `max top K is ${vectorLimits.topK}, but got ${query.topK}`);
  if (
    (query.returnValues || query.returnMetadata === "all") &&
    query.topK > vectorLimits.topKWithValuesOrMetadata
  )
    throw new VectorError(
      40_025,
      `with returnValues=true or returnMetadata=all, max top K is ${vectorLimits.topKWithValuesOrMetadata}, but got ${query.topK}; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed`,
    );
}
