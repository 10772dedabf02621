import type { Metric } from "../vectors.ts";

/** A match found so far; `score` is as Vectorize defines it for the index's metric. */
export interface Scored {
  readonly ordinal: number;
  readonly score: number;
}

/**
 * How near `b` is to `a`, as Vectorize gives it: the cosine (1 is the same direction, greater is nearer), the Euclidean
 * distance (0 is the same, less is nearer), or the negative dot product (less is nearer).
 */
export function scorer(metric: Metric, a: Float32Array): (b: Float32Array) => number {
  switch (metric) {
    case "cosine": {
      const lengthOfA = Math.sqrt(dot(a, a));
      return (b) => {
        let product = 0;
        let square = 0;
        for (let i = 0; i < a.length; i++) {
          const x = b[i] ?? 0;
          product += (a[i] ?? 0) * x;
          square += x * x;
        }
        const lengths = lengthOfA * Math.sqrt(square);
        return lengths === 0 ? 0 : Math.min(1, Math.max(-1, product / lengths));
      };
    }
    case "euclidean":
      return (b) => {
        let sum = 0;
        for (let i = 0; i < a.length; i++) {
          const difference = (a[i] ?? 0) - (b[i] ?? 0);
          sum += difference * difference;
        }
        return Math.sqrt(sum);
      };
    case "dot-product":
      return (b) => -dot(a, b);
    default:
      return metric satisfies never;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Keeps the `limit` nearest of all that are offered; ties go to the vector that was stored first. */
export function nearest(
  metric: Metric,
  limit: number,
): { offer(found: Scored): void; sorted(): readonly Scored[] } {
  const sign = metric === "cosine" ? -1 : 1;
  const order = (a: Scored, b: Scored): number => sign * (a.score - b.score) || a.ordinal - b.ordinal;
  const best: Scored[] = [];
  return {
    offer(found) {
      const worst = best[best.length - 1];
      if (best.length === limit && worst !== undefined && order(found, worst) >= 0) return;
      let at = best.length;
      for (
        let previous = best[at - 1];
        previous !== undefined && order(found, previous) < 0;
        previous = best[at - 1]
      )
        at--;
      best.splice(at, 0, found);
      if (best.length > limit) best.pop();
    },
    sorted: () => best,
  };
}
