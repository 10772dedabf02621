/** So many failures of so many requests. Both are counts: what was sampled is counted as often as it was seen. */
export interface Failures {
  readonly failed: number;
  readonly of: number;
}

/** Terms that are this much smaller than the sum change nothing that is shown. */
const negligible = 1e-15;

/** ln(n!), by Stirling's series; exact for what it is small for. */
function logFactorial(n: number): number {
  if (n < 16) {
    let sum = 0;
    for (let k = 2; k <= n; k++) sum += Math.log(k);
    return sum;
  }
  const x = n + 1;
  return (
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * x) -
    1 / (360 * x ** 3) +
    1 / (1260 * x ** 5)
  );
}

const logChoose = (n: number, k: number): number =>
  k < 0 || k > n ? Number.NEGATIVE_INFINITY : logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** Chance of so many failures or more where each request fails with chance `rate`: the exact binomial test, one-sided. */
export function chanceOfAtLeast({ failed, of }: Failures, rate: number): number {
  if (failed <= 0 || rate >= 1) return 1;
  if (rate <= 0) return 0;
  const term = (k: number): number =>
    Math.exp(logChoose(of, k) + k * Math.log(rate) + (of - k) * Math.log1p(-rate));
  return upperSum(term, failed, of, rate * of);
}

/**
 * Chance that the new version fails as often as it did, or more, if both fail equally often: Fisher's exact test, one-sided.
 * It holds for any number of requests, also where a normal approximation calls a single failure in twenty an alarm.
 */
export function fisher(fresh: Failures, stable: Failures): number {
  const all = fresh.of + stable.of;
  const failed = fresh.failed + stable.failed;
  if (failed === 0 || fresh.failed === 0 || stable.of === 0 || fresh.of === 0) return 1;
  const whole = logChoose(all, failed);
  const term = (k: number): number =>
    Math.exp(logChoose(fresh.of, k) + logChoose(stable.of, failed - k) - whole);
  return upperSum(term, fresh.failed, Math.min(fresh.of, failed), (failed * fresh.of) / all);
}

/** Sums a distribution with one peak from `from` to `to`. */
function upperSum(term: (k: number) => number, from: number, to: number, peak: number): number {
  let sum = 0;
  for (let k = from; k <= to; k++) {
    const next = term(k);
    sum += next;
    if (k > peak && next < sum * negligible) break;
  }
  return Math.min(sum, 1);
}

/** How many times as often the new version fails; infinite where the stable one never does. */
export function riskRatio(fresh: Failures, stable: Failures): number {
  const [a, b] = [rateOf(fresh), rateOf(stable)];
  return a === 0 ? 0 : a / b;
}

/** Of the requests, 0 to 1. */
export const rateOf = ({ failed, of }: Failures): number => (of === 0 ? 0 : failed / of);
