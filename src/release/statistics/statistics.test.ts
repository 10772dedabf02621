import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chanceBelow, ofQuantiles, ofSamples, quantileOf, shareBelow } from "./distribution.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { normalQuantileOfTail, normalUpperTail } from "./normal.ts";
import { chanceOfAtLeast, fisher, riskRatio } from "./proportions.ts";

describe("published values", () => {
  test("the normal distribution's tables", () => {
    expect(normalUpperTail(0)).toBeCloseTo(0.5, 7);
    expect(normalUpperTail(1.959963985)).toBeCloseTo(0.025, 8);
    expect(normalUpperTail(-1.644853627)).toBeCloseTo(0.95, 7);
    expect(normalUpperTail(6) / 9.865876e-10).toBeCloseTo(1, 5);
    expect(normalQuantileOfTail(0.001)).toBeCloseTo(3.090232, 5);
  });

  test("Fisher's tea-tasting lady: 3 of 4 cups right by chance", () => {
    expect(fisher({ failed: 3, of: 4 }, { failed: 1, of: 4 })).toBeCloseTo(0.242857, 6);
    expect(fisher({ failed: 4, of: 4 }, { failed: 0, of: 4 })).toBeCloseTo(1 / 70, 9);
  });

  test("Fisher's twins: criminal careers of monozygotic and dizygotic twins", () => {
    // R: fisher.test(matrix(c(10, 3, 2, 15), 2), alternative = "greater"), p = 0.0004652
    expect(fisher({ failed: 10, of: 13 }, { failed: 2, of: 17 })).toBeCloseTo(0.0004652, 7);
  });

  test("the binomial test of Conover's Mendelian inheritance", () => {
    // R: binom.test(682, 925, p = 0.75) has p-value 0.3825: 682 or fewer, and what is as unlikely above, 706 or more.
    const [below, above] = [
      1 - chanceOfAtLeast({ failed: 683, of: 925 }, 0.75),
      chanceOfAtLeast({ failed: 706, of: 925 }, 0.75),
    ];
    expect(below + above).toBeCloseTo(0.3825, 4);
    expect(chanceOfAtLeast({ failed: 5, of: 10 }, 0.5)).toBeCloseTo(638 / 1024, 12);
  });

  test("Hollander and Wolfe's placental membranes, at the large-sample approximation", () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];
    const found = mannWhitney(
      { spread: ofSamples(term), count: term.length },
      { spread: ofSamples(early), count: early.length },
    );
    // U = 35 of 50 pairs; p = 0.110
    expect(found.effect).toBeCloseTo(2 * (35 / 50) - 1, 12);
    expect(found.chance).toBeCloseTo(0.1103, 4);
  });
});

test("a failure in twenty is no alarm where the stable version fails once in two hundred", () => {
  expect(fisher({ failed: 1, of: 20 }, { failed: 1, of: 180 })).toBeGreaterThan(0.05);
  expect(riskRatio({ failed: 1, of: 20 }, { failed: 1, of: 180 })).toBeCloseTo(9, 9);
});

test("many requests are counted as exactly as few", () => {
  expect(chanceOfAtLeast({ failed: 200, of: 20_000 }, 0.01)).toBeCloseTo(0.5094, 3);
  expect(fisher({ failed: 400, of: 20_000 }, { failed: 200, of: 20_000 })).toBeLessThan(1e-15);
  expect(fisher({ failed: 500_000, of: 50_000_000 }, { failed: 500_000, of: 50_000_000 })).toBeGreaterThan(
    0.49,
  );
});

const latencies = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 30 });

test("the chance that one draw is below another is that of all pairs, and both ways make one", () => {
  fc.assert(
    fc.property(latencies, latencies, (a, b) => {
      const pairs = a.flatMap((x) => b.map((y): number => (x < y ? 1 : x === y ? 0.5 : 0)));
      const [first, second] = [ofSamples(a), ofSamples(b)];
      const chance = chanceBelow(first, second);
      expect(chance).toBeCloseTo(pairs.reduce((sum, each) => sum + each, 0) / pairs.length, 9);
      expect(chance + chanceBelow(second, first)).toBeCloseTo(1, 9);
    }),
    { numRuns: 200 },
  );
});

test("a distribution made of quantiles has them, and is neither above nor below itself", () => {
  const levels = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: levels.length, maxLength: levels.length }),
      (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const made = ofQuantiles(levels.map((level, at) => [level, sorted[at] ?? 0] as const));
        expect(made.reduce((sum, { mass }) => sum + mass, 0)).toBeCloseTo(1, 9);
        for (const [at, level] of levels.entries())
          expect(quantileOf(made, level)).toBeCloseTo(sorted[at] ?? Number.NaN, 6);
        expect(chanceBelow(made, made)).toBeCloseTo(0.5, 9);
        expect(shareBelow(made, -1)).toBe(0);
        expect(shareBelow(made, 1e9)).toBeCloseTo(1, 9);
      },
    ),
    { numRuns: 200 },
  );
});
