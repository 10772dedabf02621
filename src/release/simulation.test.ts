import { expect, test } from "vitest";
import { metric, urlSource } from "../declare/index.ts";
import { judgeMetric } from "./gates/metric.ts";
import { chancePerTest } from "./plan.ts";
import { binomial, seeded } from "./testing/random.ts";
import { aborted, healthy, positions, step } from "./testing/simulate.ts";

test("what is drawn has the mean and the variance that it should have", () => {
  const random = seeded(1);
  const drawn = Array.from({ length: 2000 }, () => binomial(random, 1000, 0.02));
  const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length;
  const variance = drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / drawn.length;
  expect(mean).toBeCloseTo(20, 0);
  expect(variance / 19.6).toBeGreaterThan(0.9);
  expect(variance / 19.6).toBeLessThan(1.1);
});

test.each([200, 2_000])("good releases are not aborted at %i requests a step", (requests) => {
  const tried = { fresh: healthy, stable: healthy, requests, looks: 3 };
  expect(aborted(60, seeded(requests), tried)).toBe(0);
});

test("a doubled error rate ends releases at 20,000 requests a step", () => {
  const tried = { fresh: { ...healthy, errorRate: 0.02 }, stable: healthy, requests: 20_000, looks: 2 };
  expect(aborted(20, seeded(3), tried)).toBeGreaterThanOrEqual(18);
});

test("too few requests are inconclusive, whatever they say", () => {
  const tried = { fresh: healthy, stable: healthy, requests: 500, looks: 1 };
  expect(step(seeded(4), 10, tried)).toBe("inconclusive");
});

/** Orders of visitors, of which so many in a hundred pay: releases of three steps, each looked at three times. */
function abortedByPayments(seed: number, releases: number, requests: number, rate: number): number {
  const random = seeded(seed);
  const source = urlSource({ url: "https://example.com/", reads: { part: "/paid", whole: "/visits" } });
  const gate = metric({ name: "paid", source, better: "higher", limit: 0.01, compare: { worseBy: 0.25 } });
  const steps = positions.map((at) => ({ ...at, gates: [gate] }));
  const chance = chancePerTest(steps);
  const isBad = (): boolean =>
    steps.some(({ percent }) => {
      const seen = { fresh: { part: 0, whole: 0 }, stable: { part: 0, whole: 0 } };
      return [1, 2, 3].some(() => {
        for (const [version, share, paid] of [
          ["fresh", percent, rate],
          ["stable", 100 - percent, 0.05],
        ] as const) {
          const more = Math.round((requests * share) / 300);
          seen[version].whole += more;
          seen[version].part += binomial(random, more, paid);
        }
        const read = (of: { part: number; whole: number }) =>
          ({ measures: "share", sampleInterval: 1, ...of }) as const;
        const stable = percent === 100 ? undefined : read(seen.stable);
        const told = { fresh: read(seen.fresh), stable, unattributed: 0, cost: undefined };
        return judgeMetric(gate, told, chance).verdict === "fail";
      });
    });
  return Array.from({ length: releases }, isBad).filter((bad) => bad).length;
}

test("a share of one's own, of which more is better, aborts no good release and finds one that halves it", () => {
  for (const requests of [200, 2_000, 20_000])
    expect(abortedByPayments(requests, 200, requests, 0.05), `${requests} requests`).toBe(0);
  expect(abortedByPayments(5, 50, 20_000, 0.025)).toBeGreaterThanOrEqual(49);
});
