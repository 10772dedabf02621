import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { digest } from "./digest.ts";
import { embedding, embeddingsOf } from "./models.ts";

type Env = Pick<JobmatchApiEnv, "AI" | "GATEWAY" | "AI_GATEWAY_CACHE" | "EMBEDDINGS_CACHE">;

const cachedSeconds = 30 * 24 * 60 * 60;

/** A text as a point: the same text is asked of the model once in thirty days. */
export async function embed(env: Env, text: string): Promise<number[]> {
  const key = await digest(embeddingsOf, text);
  const cached = await env.EMBEDDINGS_CACHE.get<number[]>(key, "json");
  if (cached !== null) return cached;
  const vector = await embedding(env, text);
  await env.EMBEDDINGS_CACHE.put(key, JSON.stringify(vector), { expirationTtl: cachedSeconds });
  return vector;
}

/** How near two points are: 1 in the same direction, -1 in opposite ones. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  // Rounding may lead out of the range that the database checks.
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, dot(a, b) / lengths));
}
