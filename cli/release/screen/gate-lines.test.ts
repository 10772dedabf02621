import { expect, test } from "vitest";
import { errorRate, metric, urlSource } from "../../../src/declare/index.ts";
import { progressOf } from "../../../src/release/driver/progress.ts";
import type { Entry } from "../../../src/release/journal/entry.ts";
import type { Position } from "../../../src/release/plan.ts";
import { refuseUnknownGate } from "../beginning/skipped-gate.ts";
import { gateLines, measuredLines } from "./gate-lines.ts";

const at = "2026-01-01T00:00:00Z";
const source = urlSource({ url: "https://example.com/", reads: { value: "/n" } });
const position: Position = {
  ...{ workers: ["shop/api"], percent: 10, soakSeconds: 60, intervalSeconds: 10 },
  ...{ ingestionSeconds: 0, patienceSeconds: 60 },
  gates: [
    errorRate({ below: 0.01, failureLimit: 2 }),
    metric({ name: "queue", source, limit: 5, dryRun: true }),
    metric({ name: "orders", source, limit: 5, critical: false, weight: 2, consecutiveSuccesses: 3 }),
    metric({ name: "late", source, limit: 5 }),
  ],
};
const measured = (...judged: readonly (readonly [string, "pass" | "fail", string])[]): Entry => ({
  ...{ kind: "measured", at, position: 0 },
  judged: judged.map(([gate, verdict, reason]) => ({ worker: "shop/api", gate, verdict, reason })),
});
const entries: readonly Entry[] = [
  { kind: "begun", at, id: "r", stage: "prod", by: "mia" },
  { kind: "prepared", at, workers: [], positions: [position] },
  { kind: "deploying", at, position: 0 },
  { kind: "deployed", at, position: 0 },
  measured(["error-rate", "fail", "9 %"], ["queue", "fail", "7, above 5"], ["orders", "pass", "1"]),
  measured(["error-rate", "pass", "0 %"], ["orders", "pass", "2"]),
  { kind: "wished", at, wish: "skip-gate", by: "mia", reason: "late", gate: "late" },
];
const progress = progressOf(entries);

test("the screen tells what a gate's measurements came to, and what keeps it from deciding alone", () => {
  expect(gateLines(progress)).toEqual([
    "✓ shop/api error-rate: 0 %; 1 of its measurements failed, 2 may",
    "✗ shop/api queue (dry run): 7, above 5",
    "… shop/api orders (weight 2): 2; 2 of 3 passes in a row",
    "… shop/api late (skipped): not measured yet",
  ]);
});

test("a log tells each measurement as it was that time", () => {
  const [, , , , first] = entries;
  expect(first?.kind === "measured" && measuredLines(first, progress)).toEqual([
    "✗ shop/api error-rate: 9 %",
    "✗ shop/api queue (dry run): 7, above 5",
    "✓ shop/api orders (weight 2): 1",
  ]);
});

test("a gate that the release does not have is not skipped, and those that it has are named", () => {
  expect(() => refuseUnknownGate("orders", progress, [])).not.toThrow();
  expect(() => refuseUnknownGate("order", progress, [])).toThrow(/no such gate; none was skipped/);
  expect(() => refuseUnknownGate("order", progress, [])).toThrow(/error-rate, queue, orders, late/);
});
