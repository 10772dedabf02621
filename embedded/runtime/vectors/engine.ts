import { randomUUID } from "node:crypto";
import type { State } from "../../state.ts";
import { type Match, type Vector, type VectorEngine, VectorError, type VectorQuery } from "../vectors.ts";
import { matches, parseFilter } from "./filter.ts";
import { handleVectorRequest } from "./http.ts";
import { openOrigins, refuseMix } from "./origins.ts";
import { nearest, scorer } from "./score.ts";
import { type StoredVector, vectorStore } from "./store.ts";
import { checkQuery, checkVectors, vectorLimits } from "./validate.ts";

/** Opens the vectors of a state file. Exact search: every query looks at every vector of the index. */
export function openVectors({ state }: { readonly state: State }): VectorEngine {
  const store = vectorStore(state);
  const origins = openOrigins();

  /** Which one backend these vectors come from, as far as it is known. A mix within one request is refused too. */
  function originOf(vectors: readonly (readonly number[])[]): string | undefined {
    let found: string | undefined;
    for (const vector of vectors) {
      const origin = origins.of(vector);
      if (origin === undefined) continue;
      if (found !== undefined) refuseMix(found, origin);
      found = origin;
    }
    return found;
  }

  function query(indexId: string, asked: VectorQuery): { count: number; matches: Match[] } {
    const index = store.index(indexId);
    const vector = "vectorId" in asked.vector ? stored(indexId, asked.vector.vectorId) : asked.vector;
    checkQuery(index.config, asked, vector);
    const origin = origins.of(vector);
    if (index.filledBy !== undefined && origin !== undefined) refuseMix(index.filledBy, origin);
    const conditions = asked.filter === undefined || asked.filter === null ? [] : parseFilter(asked.filter);
    const known = new Set(store.metadataIndexes(indexId).map((m) => m.propertyName));
    const score = scorer(index.config.metric, Float32Array.from(vector));
    const best = nearest(index.config.metric, asked.topK);
    for (const row of store.scan(indexId, asked.namespace, conditions.length > 0))
      if (conditions.length === 0 || matches(conditions, row.indexed(), known))
        best.offer({ ordinal: row.ordinal, score: score(row.values) });
    const found = best
      .sorted()
      .map(({ ordinal, score: s }) => match(store.byOrdinal(ordinal), s, asked, known));
    return { count: found.length, matches: found };
  }

  function stored(indexId: string, vectorId: string): readonly number[] {
    const vector = store.get(indexId, vectorId);
    if (vector === undefined) throw new VectorError(40_004, `vector with id="${vectorId}" not found`);
    return [...vector.values];
  }

  const engine: VectorEngine = {
    handle: (indexId, request, response) => handleVectorRequest(engine, indexId, request, response),
    remember(backend, embeddings) {
      for (const embedding of embeddings) origins.remember(backend, embedding);
    },
    create: (indexId, config) => store.create(indexId, config),
    remove: (indexId) => store.remove(indexId),
    write(indexId, mode, vectors) {
      return state.transaction(() => {
        const index = store.index(indexId);
        checkVectors(index.config, vectors);
        const origin = originOf(vectors.map((v) => v.values));
        if (origin !== undefined) {
          // An empty index belongs to nobody: whoever fills it first, also after everything was deleted.
          if (index.filledBy !== undefined && store.count(indexId) > 0) refuseMix(index.filledBy, origin);
          store.setFilledBy(indexId, origin);
        }
        const indexes = store.metadataIndexes(indexId);
        for (const vector of vectors) store.put(indexId, mode, vector, indexes);
        return mutation(indexId);
      });
    },
    query,
    getByIds(indexId, ids) {
      store.index(indexId);
      limitIds(ids, vectorLimits.idsPerGet);
      return ids.flatMap((id) => {
        const vector = store.get(indexId, id);
        return vector === undefined ? [] : [full(vector)];
      });
    },
    deleteByIds(indexId, ids) {
      limitIds(ids, vectorLimits.idsPerDelete);
      return state.transaction(() => {
        store.index(indexId);
        for (const id of ids) store.delete(indexId, id);
        return mutation(indexId);
      });
    },
    list(indexId, { count, cursor }) {
      store.index(indexId);
      const ids = store.ids(indexId, cursor, count + 1);
      const page = ids.slice(0, count);
      return { ids: page, cursor: ids.length > count ? page.at(-1) : undefined, total: store.count(indexId) };
    },
    info(indexId) {
      const { config, mutation: last, mutatedOn } = store.index(indexId);
      return {
        dimensions: config.dimensions,
        vectorCount: store.count(indexId),
        processedUpToDatetime: mutatedOn ?? null,
        processedUpToMutation: last ?? null,
      };
    },
    metadataIndexes(indexId) {
      store.index(indexId);
      return store.metadataIndexes(indexId);
    },
    createMetadataIndex(indexId, propertyName, indexType) {
      return state.transaction(() => {
        store.index(indexId);
        const present = store.metadataIndexes(indexId);
        if (
          present.length >= vectorLimits.metadataIndexes &&
          !present.some((m) => m.propertyName === propertyName)
        )
          throw new VectorError(40_022, `too many metadata indexes; max is ${vectorLimits.metadataIndexes}`);
        store.putMetadataIndex(indexId, { propertyName, indexType });
        return mutation(indexId);
      });
    },
    deleteMetadataIndex(indexId, propertyName) {
      return state.transaction(() => {
        store.index(indexId);
        if (!store.deleteMetadataIndex(indexId, propertyName))
          throw new VectorError(40_021, `no metadata index for property "${propertyName}"`);
        return mutation(indexId);
      });
    },
  };

  function mutation(indexId: string): string {
    const id = randomUUID();
    store.mutated(indexId, id, new Date().toISOString());
    return id;
  }

  return engine;
}

function limitIds(ids: readonly string[], most: number): void {
  if (ids.length > most)
    throw new VectorError(40_007, `too many ids in payload; max id count is ${most}, got ${ids.length}`);
}

function full(vector: StoredVector): Vector {
  const { id, values, namespace, metadata } = vector;
  return {
    id,
    values: [...values],
    ...(namespace === undefined ? {} : { namespace }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function match(vector: StoredVector, score: number, asked: VectorQuery, known: ReadonlySet<string>): Match {
  const metadata =
    asked.returnMetadata === "none"
      ? undefined
      : asked.returnMetadata === "all"
        ? vector.metadata
        : indexedOnly(vector, known);
  return {
    id: vector.id,
    score: Math.fround(score),
    ...(asked.returnValues ? { values: [...vector.values] } : {}),
    ...(vector.namespace === undefined ? {} : { namespace: vector.namespace }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

const indexedOnly = (vector: StoredVector, known: ReadonlySet<string>): Vector["metadata"] =>
  Object.fromEntries(Object.entries(vector.indexed).filter(([property]) => known.has(property)));
