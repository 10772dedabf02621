import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorRate, type MetricGate, metric, urlSource } from "../../declare/index.ts";
import { judge } from "./judge.ts";
import { judgeMetric } from "./metric.ts";
import type { Read, Readings } from "./reading.ts";
import { standingAfter, verdictOf } from "./standing.ts";
import { type Say, scoreOf, together } from "./together.ts";
import type { Verdict } from "./verdict.ts";

const verdicts = ["fail", "inconclusive", "pass"] as const satisfies readonly Verdict[];
/** How good a verdict is for the new version. */
const rank = (verdict: Verdict): number => verdicts.indexOf(verdict);
const chance = 1e-5;

const source = urlSource({ url: "https://example.com/", reads: { part: "/p", whole: "/w" } });
const better = fc.constantFrom("lower" as const, "higher" as const);
const more = fc.record(
  {
    compare: fc.record({ worseBy: fc.double({ min: 0, max: 2, noNaN: true }) }),
    noData: fc.constantFrom("inconclusive" as const, "fail" as const),
  },
  { requiredKeys: [] },
);
/** A gate on figures between two bounds, its alarm on the worse side of its limit. */
const gateBetween = (min: number, max: number): fc.Arbitrary<MetricGate> =>
  fc
    .record({
      better,
      more,
      limits: fc.tuple(fc.double({ min, max, noNaN: true }), fc.double({ min, max, noNaN: true })),
      minimumSamples: fc.integer({ min: 1, max: 200 }),
    })
    .map(({ limits: [a, b], more: some, ...given }) => {
      const isLower = given.better === "lower";
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return metric({
        name: "m",
        source,
        ...given,
        ...some,
        limit: isLower ? low : high,
        alarm: isLower ? high : low,
      });
    });

const readings = (fresh: Read, stable: Read | undefined): Readings => ({
  ...{ fresh, stable, unattributed: 0, cost: undefined },
});
const share = (part: number, whole: number): Read => ({ measures: "share", part, whole, sampleInterval: 1 });
const number = (value: number): Read => ({ measures: "number", value, samples: 150 });

describe("a metric", () => {
  test("a share that is worse never has the better verdict", () => {
    const counts = fc.tuple(fc.nat(400), fc.nat(400));
    fc.assert(
      fc.property(gateBetween(0.01, 0.99), counts, counts, fc.nat(400), (gate, mine, theirs, step) => {
        const whole = Math.max(...mine);
        const part = Math.min(...mine);
        const worsePart = gate.better === "lower" ? Math.min(whole, part + step) : Math.max(0, part - step);
        const stable = share(Math.min(...theirs), Math.max(...theirs, 1));
        const judged = (value: number): Verdict =>
          judgeMetric(gate, readings(share(value, whole), stable), chance).verdict;
        expect(rank(judged(worsePart))).toBeLessThanOrEqual(rank(judged(part)));
      }),
      { numRuns: 1000 },
    );
  });

  test("a number that is worse never has the better verdict", () => {
    const values = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(gateBetween(-1e6, 1e6), values, values, values, (gate, a, b, theirs) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [good, bad] = gate.better === "lower" ? [low, high] : [high, low];
        const judged = (value: number): Verdict =>
          judgeMetric(gate, readings(number(value), number(theirs)), chance).verdict;
        expect(rank(judged(bad))).toBeLessThanOrEqual(rank(judged(good)));
      }),
      { numRuns: 1000 },
    );
  });

  test("without data it never passes, and fails only where the gate says so", () => {
    const nothing: Read = { measures: "nothing", reason: "no row" };
    fc.assert(
      fc.property(gateBetween(0.01, 0.99), (gate) => {
        const { verdict } = judgeMetric(gate, readings(nothing, undefined), chance);
        expect(verdict).toBe(gate.noData ?? "inconclusive");
      }),
    );
    const gate = errorRate({ below: 0.05, noData: "fail" });
    expect(judge(gate, undefined, chance).verdict).toBe("fail");
    expect(judge(errorRate({ below: 0.05 }), undefined, chance).verdict).toBe("inconclusive");
  });

  test.each([
    ["too few samples", share(0, 99), share(0, 900), 0, /^99 of 100 samples seen/],
    ["a share above its limit and below its alarm", share(15, 1000), undefined, 0, /not below 1.00 %$/],
    ["events of unknown versions", share(0, 1000), undefined, 0.3, /^of 30 % of the events/],
    [
      "a stable version without data",
      share(0, 1000),
      { measures: "nothing", reason: "no row" },
      0,
      /^there is nothing to compare with/,
    ],
  ] as const)("%s waits", (_, fresh, stable, unattributed, reason) => {
    const gate = metric({ name: "m", source, limit: 0.01, alarm: 0.05, compare: { worseBy: 0.5 } });
    const found = judgeMetric(gate, { ...readings(fresh, stable), unattributed }, chance);
    expect(found).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(reason) });
  });

  test("what was sampled is tested as often as it was seen", () => {
    const gate = metric({ name: "m", source, limit: 0.01, minimumSamples: 1 });
    const judged = (sampleInterval: number): Verdict =>
      judgeMetric(
        gate,
        readings({ measures: "share", part: 40, whole: 1000, sampleInterval }, undefined),
        chance,
      ).verdict;
    expect([judged(1), judged(20)]).toEqual(["fail", "inconclusive"]);
  });

  test("a share of which more is better fails where it drops, and a number where it is worse by more than it may", () => {
    const paid = metric({ name: "paid", source, better: "higher", limit: 0.02, compare: { worseBy: 0.5 } });
    expect(judgeMetric(paid, readings(share(100, 5000), share(260, 5000)), chance)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("2.00 % of 5,000, of the stable version's 5.20 % of 5,000"),
    });
    expect(judgeMetric(paid, readings(share(260, 5000), share(250, 5000)), chance).verdict).toBe("pass");
    const queue = metric({ name: "queue", source, compare: { worseBy: 0.2 } });
    expect(judgeMetric(queue, readings(number(125), number(100)), chance)).toEqual({
      verdict: "fail",
      reason: "125, the stable version's 100: worse by more than 20 %",
    });
    expect(judgeMetric(queue, readings(number(120), number(100)), chance).verdict).toBe("pass");
    expect(judgeMetric(queue, readings(number(1), number(0)), chance).verdict).toBe("inconclusive");
  });
});

describe("a gate's measurements", () => {
  const measured = (sequence: readonly Verdict[]) =>
    sequence.reduce<ReturnType<typeof standingAfter> | undefined>(
      (before, verdict, at) => standingAfter(before, { worker: "w", gate: "g", verdict, reason: "" }, at),
      undefined,
    ) ?? { failures: 0, passesInRow: 0 };
  const sequences = fc.array(fc.constantFrom(...verdicts), { maxLength: 12 });
  const rules = fc.record({ failureLimit: fc.nat(4), consecutiveSuccesses: fc.integer({ min: 1, max: 4 }) });

  test("it fails exactly where more fail than may, whatever comes after", () => {
    fc.assert(
      fc.property(sequences, sequences, rules, (sequence, more, rule) => {
        const failed = sequence.filter((each) => each === "fail").length > rule.failureLimit;
        expect(verdictOf(rule, measured(sequence)) === "fail").toBe(failed);
        if (failed) expect(verdictOf(rule, measured([...sequence, ...more]))).toBe("fail");
      }),
      { numRuns: 500 },
    );
  });

  test("it passes only where the last ones passed, as many as it asks for", () => {
    fc.assert(
      fc.property(sequences, rules, (sequence, rule) => {
        if (verdictOf(rule, measured(sequence)) !== "pass") return;
        const last = sequence.slice(-rule.consecutiveSuccesses);
        expect(last).toEqual(Array.from({ length: rule.consecutiveSuccesses }, () => "pass"));
      }),
      { numRuns: 500 },
    );
  });

  test("a measurement that is worse never makes the gate's verdict better", () => {
    fc.assert(
      fc.property(sequences, rules, fc.nat(), fc.constantFrom(...verdicts), (sequence, rule, at, other) => {
        if (sequence.length === 0) return;
        const worse = sequence.map((each, i) =>
          i === at % sequence.length && rank(other) < rank(each) ? other : each,
        );
        expect(rank(verdictOf(rule, measured(worse)))).toBeLessThanOrEqual(
          rank(verdictOf(rule, measured(sequence))),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe("the gates of a step together", () => {
  const says: fc.Arbitrary<readonly Say[]> = fc.array(
    fc.record({
      verdict: fc.constantFrom(...verdicts),
      critical: fc.boolean(),
      weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const scores = fc
    .tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([pass, marginal]) => ({ pass, marginal: Math.min(pass, marginal) }));

  test("a gate that does worse never makes the verdict better", () => {
    fc.assert(
      fc.property(says, scores, fc.nat(), fc.constantFrom(...verdicts), (all, score, at, other) => {
        const worse = all.map((say, i) =>
          i === at % all.length && rank(other) < rank(say.verdict) ? { ...say, verdict: other } : say,
        );
        expect(rank(together(worse, score))).toBeLessThanOrEqual(rank(together(all, score)));
      }),
      { numRuns: 1000 },
    );
  });

  test("an inconclusive gate helps no more towards passing than one that fails, and a critical one lets nothing pass", () => {
    fc.assert(
      fc.property(says, scores, (all, score) => {
        const verdict = together(all, score);
        if (verdict !== "pass") return;
        expect(all.every(({ critical, verdict: each }) => !critical || each === "pass")).toBe(true);
        expect(scoreOf(all).now).toBeGreaterThanOrEqual(score.pass);
      }),
      { numRuns: 1000 },
    );
  });

  test("critical gates alone decide at once, the others by what they weigh", () => {
    const score = { pass: 0.9, marginal: 0.5 };
    const say = (verdict: Verdict, weight?: number): Say => ({
      ...{ verdict, critical: weight === undefined, weight: weight ?? 1 },
    });
    expect(together([say("pass"), say("fail")], score)).toBe("fail");
    expect(together([say("pass"), say("inconclusive")], score)).toBe("inconclusive");
    expect(together([say("pass"), say("pass", 9), say("fail", 1)], score)).toBe("pass");
    expect(together([say("pass"), say("pass", 9), say("inconclusive", 1)], score)).toBe("pass");
    expect(together([say("pass"), say("pass", 6), say("fail", 4)], score)).toBe("inconclusive");
    expect(together([say("pass"), say("pass", 4), say("fail", 6)], score)).toBe("fail");
    expect(together([say("pass"), say("inconclusive", 6), say("fail", 4)], score)).toBe("inconclusive");
  });
});
