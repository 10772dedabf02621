import { expect, test } from "vitest";
import { binomial, seeded } from "./testing/random.ts";
import { aborted, healthy, step } from "./testing/simulate.ts";

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
