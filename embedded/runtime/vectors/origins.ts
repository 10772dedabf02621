import { createHash } from "node:crypto";
import { VectorError } from "../vectors.ts";

/** Fingerprints kept: enough for every text embedded in a working day, a few megabytes of memory. */
const capacity = 50_000;

/** Which AI backend an embedding came from, recognised by its numbers. */
export interface Origins {
  remember(backend: string, embedding: readonly number[]): void;
  of(vector: readonly number[]): string | undefined;
}

/**
 * Recognises embeddings by a fingerprint of their values that are not zero, so that a worker may pad them.
 * One that the worker changed in any other way is not recognised, and then nothing is claimed about it.
 */
export function openOrigins(): Origins {
  const known = new Map<string, string>();
  return {
    remember(backend, embedding) {
      const key = fingerprint(embedding);
      if (key === undefined) return;
      known.delete(key);
      known.set(key, backend);
      const oldest = known.size > capacity ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
    of(vector) {
      const key = fingerprint(vector);
      return key === undefined ? undefined : known.get(key);
    },
  };
}

function fingerprint(vector: readonly number[]): string | undefined {
  const values = Float32Array.from(vector);
  let end = values.length;
  while (end > 0 && values[end - 1] === 0) end--;
  if (end === 0) return undefined;
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, 0, end * 4))
    .digest("base64")
    .slice(0, 22);
}

/** Not one of Cloudflare's codes: only a local index can be filled by two different models under one name. */
const mixedBackendsCode = 49_001;

/** Throws {@link VectorError} when an index filled by one backend is given embeddings of another. */
export function refuseMix(filledBy: string, given: string): void {
  if (filledBy === given) return;
  throw new VectorError(
    mixedBackendsCode,
    `this index holds embeddings of the AI backend "${filledBy}", and this vector comes from "${given}": their similarities would mean nothing. ` +
      `Start the embedded Cloudflare with --ai ${filledBy} again, or delete and re-create the index and embed its texts anew.`,
  );
}
