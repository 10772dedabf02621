import { expect, test } from "vitest";
import type { LifecycleRule } from "../../../declare/index.ts";
import { lifecycleInputs } from "./bucket-rules.ts";
import { expiringRules, expiryLines } from "./expiry.ts";

const lines = (before: readonly LifecycleRule[], after: readonly LifecycleRule[]): readonly string[] =>
  expiryLines("s/files", expiringRules(lifecycleInputs(before)), expiringRules(lifecycleInputs(after)));

test("a rule that deletes is said when it is new, changed or switched on, and never for what it did before", () => {
  const logs: LifecycleRule = { id: "logs", prefix: "logs/", expire: { afterDays: 30 } };
  const said =
    "s/files: lifecycle rule logs deletes every object under logs/ 30 days after it was written, also what is there already";
  expect(lines([], [logs, { id: "cold", infrequentAccess: { afterDays: 1 } }])).toEqual([said]);
  expect(lines([logs], [logs])).toEqual([]);
  expect(lines([{ ...logs, enabled: false }], [logs])).toEqual([said]);
  expect(lines([logs], [{ ...logs, enabled: false }])).toEqual([]);
  expect(lines([logs], [{ id: "logs", expire: { on: "2030-01-01" } }])).toEqual([
    "s/files: lifecycle rule logs deletes every object from 2030-01-01 on, also what is there already",
  ]);
});
