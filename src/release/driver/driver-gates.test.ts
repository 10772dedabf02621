import fc from "fast-check";
import { expect, test } from "vitest";
import { errorRate, type Gate, latency, metric, system, urlSource, worker } from "../../declare/index.ts";
import type { Read, Readings } from "../gates/reading.ts";
import { orderOf } from "../order/order.ts";
import { chancePerTest, positionsOf } from "../plan.ts";
import { positions, type World, type WorldOptions, world } from "../testing/world.ts";
import { drive } from "./driver.ts";
import type { Progress } from "./progress.ts";

const source = urlSource({ url: "https://example.com/", reads: { value: "/n" } });
const told = (fresh: Read, stable?: Read): Readings => ({ fresh, stable, unattributed: 0, cost: undefined });
const number = (value: number): Readings => told({ measures: "number", value, samples: undefined });
const untold = told({ measures: "nothing", reason: "null" });

async function released(
  gates: readonly Gate[],
  read: NonNullable<WorldOptions["read"]>,
  more: WorldOptions = {},
): Promise<{ readonly made: World; readonly progress: Progress }> {
  const made = world({ ...more, gates, read });
  const at = new Date(made.nowMs).toISOString();
  made.journal.append({ kind: "begun", at, id: "r", stage: "prod", by: "mia" });
  return { made, progress: await drive(made.journal, made.effects) };
}

/** Another answer at every measurement; the last one stays. */
const inTurn = (...answers: readonly Readings[]): (() => Readings) => {
  let at = 0;
  return () => answers[Math.min(at++, answers.length - 1)] ?? untold;
};

test("a figure of somebody's own passes at its limit and fails beyond it", async () => {
  const gate = metric({ name: "queue", source, limit: 5 });
  expect((await released([gate], () => number(5))).progress.end).toBe("finished");
  const { progress } = await released([gate], () => number(6));
  expect(progress).toMatchObject({ end: "aborted", abort: "shop/api queue: 6, above 5" });
});

test("of a worker that is files alone no request is counted: gates on requests are not asked, a figure of somebody's own is", async () => {
  const shop = worker("shop", { main: "shop.ts", compatibilityDate: "2026-01-01" });
  const site = worker("site", { assets: "dist", compatibilityDate: "2026-01-01" });
  const gates = [errorRate({ below: 0.01 }), latency({ percentile: 95, belowMs: 2000 })];
  const stepsOf = (of: readonly Gate[]) => {
    const release = { steps: [{ percent: 100, soakSeconds: 30 }], gates: of, patienceSeconds: 60 };
    return positionsOf(orderOf([system("shop", [shop, site], { release })], []).waves, [
      "shop/shop",
      "shop/site",
    ]);
  };
  expect(stepsOf(gates)).toMatchObject([{ workers: ["shop/shop", "shop/site"], filesAlone: ["shop/site"] }]);
  const alone = (of: readonly Gate[]) =>
    stepsOf(of).map((at) => ({ ...at, workers: ["shop/api"], filesAlone: ["shop/api"] }));
  const soaked = await released(gates, () => untold, { steps: alone(gates), measure: () => undefined });
  expect(soaked.progress.end).toBe("finished");
  expect(soaked.made.entries().filter(({ kind }) => kind === "measured")).toEqual([]);
  const held = [...gates, metric({ name: "queue", source, limit: 5 })];
  const { progress } = await released(held, () => number(9), { steps: alone(held) });
  expect(progress.abort).toBe("shop/api queue: 9, above 5");
});

test("as many measurements may fail as it says, and one more goes back", async () => {
  const gate = metric({ name: "queue", source, limit: 5, failureLimit: 2 });
  const saved = await released([gate], inTurn(number(9), number(9), number(1)));
  expect(saved.progress.end).toBe("finished");
  const { progress, made } = await released([gate], inTurn(number(9), number(9), number(9), number(1)));
  expect(progress).toMatchObject({
    end: "aborted",
    abort: "shop/api queue: 9, above 5; 3 of its measurements failed, 2 may",
  });
  expect(made.served).toEqual([0, 10, 0]);
});

test("successes in a row are waited for, and one measurement that is inconclusive begins them anew", async () => {
  const gate = metric({ name: "queue", source, limit: 5, alarm: 50, consecutiveSuccesses: 4 });
  const { progress, made } = await released(
    [gate],
    inTurn(number(1), number(1), number(1), number(9), number(1)),
  );
  expect(progress.end).toBe("finished");
  const measured = made.entries().filter((each) => each.kind === "measured" && each.position === 0);
  expect(measured).toHaveLength(8);
});

test("after its count a gate is measured no more, and what it came to stands until the soak is over", async () => {
  const gate = metric({ name: "queue", source, limit: 5, count: 1 });
  const { progress, made } = await released([gate], () => number(1));
  expect(progress.end).toBe("finished");
  expect(made.entries().filter(({ kind }) => kind === "measured")).toHaveLength(3);
  expect(made.nowMs - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(3 * 30_000);
});

test("each gate has its own interval", async () => {
  const slow = metric({ name: "slow", source, limit: 5, intervalSeconds: 25 });
  const { made } = await released([slow, errorRate({ below: 0.05 })], () => number(1));
  const names = made
    .entries()
    .flatMap((each) => (each.kind === "measured" && each.position === 0 ? each.judged : []))
    .map(({ gate }) => gate);
  expect(names.filter((name) => name === "slow")).toHaveLength(2);
  expect(names.filter((name) => name === "error-rate")).toHaveLength(5);
});

test("no data waits until patience is over, and goes back at once where the gate says so", async () => {
  const gate = metric({ name: "queue", source, limit: 5 });
  const waited = await released([gate], () => untold);
  expect(waited.progress).toMatchObject({
    end: "aborted",
    abort: "inconclusive for 75 s behind the soak: shop/api queue: no data: null",
  });
  const failed = await released([{ ...gate, noData: "fail" }], () => untold);
  expect(failed.progress).toMatchObject({ end: "aborted", abort: "shop/api queue: no data: null" });
  expect(failed.made.nowMs).toBeLessThan(waited.made.nowMs);
});

test("a source that does not answer is inconclusive also where no data fails, and is asked again", async () => {
  let refused = 0;
  const { made, progress } = await released(
    [metric({ name: "queue", source, limit: 5, noData: "fail" })],
    () => number(1),
    {
      before: (what) => {
        if (what === "read" && refused++ < 4) throw new Error("it answered\n  with status 503");
      },
    },
  );
  expect(progress.end).toBe("finished");
  expect(made.entries().find(({ kind }) => kind === "measured")).toMatchObject({
    judged: [{ verdict: "inconclusive", reason: "no metrics came: it answered with status 503" }],
  });
});

test("one that only compares has no say at 100 %, where there is nothing to compare with", async () => {
  const gate = metric({ name: "queue", source, compare: { worseBy: 0.5 } });
  const stable: Read = { measures: "number", value: 100, samples: undefined };
  const good = await released([gate], (percent) =>
    told({ measures: "number", value: 150, samples: undefined }, percent === 100 ? undefined : stable),
  );
  expect(good.progress.end).toBe("finished");
  const worse = await released([gate], () =>
    told({ measures: "number", value: 151, samples: undefined }, stable),
  );
  expect(worse.progress.abort).toBe("shop/api queue: 151, the stable version's 100: worse by more than 50 %");
});

test("gates that are not critical count by their weight", async () => {
  const named = (name: string, limit: number, weight: number): Gate =>
    metric({ name, source, limit, critical: false, weight });
  const outvoted = await released([named("a", 5, 1), named("b", 20, 19)], () => number(9));
  expect(outvoted.progress.end).toBe("finished");
  expect(outvoted.made.entries().find(({ kind }) => kind === "passed")).toMatchObject({
    reason: expect.stringMatching(/score 95 of 100$/),
  });
  const lost = await released([named("a", 5, 1), named("b", 20, 1)], () => number(9));
  expect(lost.progress).toMatchObject({ end: "aborted", abort: "shop/api a: 9, above 5; score 50 of 100" });
  const decided = await released([named("a", 20, 1), metric({ name: "b", source, limit: 5 })], () =>
    number(9),
  );
  expect(decided.progress.abort).toBe("shop/api b: 9, above 5");
  const marginal = await released([named("a", 5, 1), named("b", 20, 4)], () => number(9));
  expect(marginal.progress.abort).toMatch(/^inconclusive for 75 s .* a: 9, above 5; score 80 of 100$/);
});

test("a gate on a dry run changes neither what happens nor when nor what the others say", async () => {
  const kinds = ({ made }: { readonly made: World }) =>
    made.entries().map((each) => {
      if (each.kind !== "measured") return each;
      return { ...each, judged: each.judged.filter(({ gate }) => gate !== "dry") };
    });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        limit: fc.constantFrom(1, 5, 10),
        failureLimit: fc.nat(2),
        critical: fc.boolean(),
        noData: fc.constantFrom("fail" as const, "inconclusive" as const),
      }),
      fc.array(fc.constantFrom(untold, number(2), number(7), number(11)), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0, 0.02, 0.2),
      async (dry, answers, failing) => {
        const rate = errorRate({ below: 0.05 });
        const dryRun = metric({ name: "dry", source, dryRun: true, ...dry });
        const more: WorldOptions = { failing: (percent) => (percent > 10 ? failing : 0) };
        const withIt = await released([rate, dryRun], inTurn(...answers), more);
        const without = await released([rate], () => untold, more);
        const stripped = kinds(withIt).map((each) =>
          each.kind === "prepared" ? { ...each, positions: [] } : each,
        );
        expect(stripped).toEqual(
          kinds(without).map((each) => (each.kind === "prepared" ? { ...each, positions: [] } : each)),
        );
      },
    ),
    { numRuns: 40 },
  );
});

test("the chance of a false alarm is shared out over the tests of every kind, and a dry run takes nothing of it", () => {
  const chance = (...gates: readonly Gate[]): number =>
    chancePerTest(positions.map((at) => ({ ...at, gates })));
  const rate = errorRate({ below: 0.05 });
  const share = urlSource({ url: "https://example.com/", reads: { part: "/p", whole: "/w" } });
  const tested = metric({ name: "share", source: share, limit: 0.1, compare: { worseBy: 0.5 } });
  expect(chance(rate, tested)).toBeCloseTo(chance(rate) / 2, 12);
  expect(chance(rate, { ...tested, dryRun: true })).toBe(chance(rate));
  expect(chance(rate, metric({ name: "number", source, limit: 0.1 }))).toBe(chance(rate));
  expect(chance({ ...rate, count: 1 })).toBeGreaterThan(chance(rate));
  expect(chance({ ...rate, intervalSeconds: 1 })).toBeLessThan(chance(rate));
});
