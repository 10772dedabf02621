import fc from "fast-check";
import { expect, test } from "vitest";
import { nameOf } from "./name-of.ts";
import { retention } from "./retention.ts";

const at = (text: string): string => nameOf(new Date(text));

test("the newest of each day, week from Monday and month stay, and say why", () => {
  const names = [
    "2026-11-30T10:00:00Z", // a Monday
    "2026-11-30T09:00:00Z",
    "2026-11-29T10:00:00Z",
    "2026-11-28T10:00:00Z",
    "2026-11-22T10:00:00Z",
    "2026-10-31T10:00:00Z",
    "2026-10-01T10:00:00Z",
  ].map(at);
  expect(retention(names, { daily: 2, weekly: 3, monthly: 2 }, at("2026-10-01T10:00:00Z"))).toEqual([
    { name: "20261130T100000Z", because: ["daily", "weekly", "monthly", "newest"] },
    { name: "20261130T090000Z", because: [] },
    { name: "20261129T100000Z", because: ["daily", "weekly"] },
    { name: "20261128T100000Z", because: [] },
    { name: "20261122T100000Z", because: ["weekly"] },
    { name: "20261031T100000Z", because: ["monthly"] },
    { name: "20261001T100000Z", because: ["proven"] },
  ]);
});

test("the newest and the last proven one stay whatever the rule, and a second round lets nothing more go", () => {
  const name = fc
    .date({
      min: new Date("2026-01-01T00:00:00Z"),
      max: new Date("2027-12-31T00:00:00Z"),
      noInvalidDate: true,
    })
    .map(nameOf);
  const few = fc.nat(6);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), few, few, few, (names, daily, weekly, monthly) => {
      const keep = { daily, weekly, monthly };
      const [proven] = names;
      const stay = retention(names, keep, proven).filter(({ because }) => because.length > 0);
      const left = stay.map((each) => each.name);
      expect(left).toContain(proven);
      expect(left).toContain(names.toSorted().at(-1));
      expect(left.length).toBeLessThanOrEqual(daily + weekly + monthly + 2);
      expect(retention(left, keep, proven).every(({ because }) => because.length > 0)).toBe(true);
    }),
  );
});
