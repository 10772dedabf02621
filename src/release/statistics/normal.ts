/**
 * Chance that a standard normal variable is above `z`. The relative error is below 1.2e-7 everywhere, also far out in the tail
 * (Numerical Recipes, erfc by Chebyshev fitting).
 */
export function normalUpperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const coefficients = [
    ...[0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807],
    ...[-0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223],
  ];
  const polynomial = coefficients.reduce((sum, coefficient) => sum * t + coefficient, 0);
  const erfc = t * Math.exp(-x * x + polynomial);
  return z >= 0 ? erfc / 2 : 1 - erfc / 2;
}

/** The `z` above which a standard normal variable is with this chance. */
export function normalQuantileOfTail(chance: number): number {
  let [low, high] = [-40, 40];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalUpperTail(middle) > chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
