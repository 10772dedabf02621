import { expect, test } from "vitest";
import { firstAt, lastAt, wallAt } from "../../cron/wall-clock.ts";
import type { FreezeWindow } from "../../declare/index.ts";
import { seeded } from "../testing/random.ts";
import { frozenAt } from "./freeze.ts";

const weekend: FreezeWindow = {
  ...{ cron: "0 16 * * fri", hours: 64, timeZone: "Europe/Berlin", reason: "nobody is there" },
};
const at = (text: string): number => Date.parse(text);
const until = (window: FreezeWindow, text: string): string | undefined => {
  const frozen = frozenAt([window], at(text));
  return frozen?.untilMs === undefined ? undefined : new Date(frozen.untilMs).toISOString();
};

test("a weekend is frozen from Friday 16:00 to Monday 08:00 by the clock of its place, whatever the clocks do in between", () => {
  expect(until(weekend, "2026-11-27T14:59:59Z")).toBeUndefined();
  expect(until(weekend, "2026-11-27T15:00:00Z")).toBe("2026-11-30T07:00:00.000Z");
  expect(until(weekend, "2026-11-30T06:59:59Z")).toBe("2026-11-30T07:00:00.000Z");
  expect(until(weekend, "2026-11-30T07:00:00Z")).toBeUndefined();
  // The clocks are put forward on 2026-03-29, and back on 2026-10-25: 63 and 65 hours.
  expect(until(weekend, "2026-03-27T15:00:00Z")).toBe("2026-03-30T06:00:00.000Z");
  expect(until(weekend, "2026-10-23T14:00:00Z")).toBe("2026-10-26T07:00:00.000Z");
});

test("a start that the clock leaves out is where it is put forward, and an hour that comes twice is frozen twice", () => {
  const night: FreezeWindow = { ...weekend, cron: "30 2 * * *", hours: 1 };
  expect(until(night, "2026-03-29T00:59:59Z")).toBeUndefined();
  expect(until(night, "2026-03-29T01:00:00Z")).toBe("2026-03-29T01:30:00.000Z");
  expect(until(night, "2026-10-25T00:29:59Z")).toBeUndefined();
  expect(until(night, "2026-10-25T00:30:00Z")).toBe("2026-10-25T02:30:00.000Z");
  expect(until(night, "2026-10-25T01:15:00Z")).toBe("2026-10-25T02:30:00.000Z");
});

test("windows that follow each other are one, and one that never ends says so", () => {
  const day = (cron: string): FreezeWindow => ({ ...weekend, cron, hours: 24, timeZone: "UTC" });
  const both = frozenAt([day("0 0 24 12 *"), day("0 0 25 12 *")], at("2026-12-24T12:00:00Z"));
  expect(both?.untilMs).toBe(at("2026-12-26T00:00:00Z"));
  expect(frozenAt([day("0 0 * * *")], at("2026-12-24T12:00:00Z"))).toEqual({
    reason: "nobody is there",
    untilMs: undefined,
  });
});

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Asia/Kolkata",
];

test("a time of a clock and its moment belong together, in every place and across every change of clocks", () => {
  const random = seeded(7);
  for (let i = 0; i < 2_000; i++) {
    const zone = zones[i % zones.length] ?? "UTC";
    // Half of them at any time of a year, half around the night in which Berlin puts its clocks forward.
    const middle =
      i % 2 === 0 ? at("2026-01-01T00:00:00Z") + random() * 366 * 86_400_000 : at("2026-03-29T01:00:00Z");
    const wall = Math.floor((middle + (random() - 0.5) * 10 * 3_600_000) / 60_000) * 60_000;
    const [first, last] = [firstAt(zone, wall), lastAt(zone, wall)];
    const said = `${zone} ${new Date(wall).toISOString()}`;
    expect(first, said).toBeLessThanOrEqual(last);
    expect(wallAt(zone, first), said).toBeGreaterThanOrEqual(wall);
    expect(wallAt(zone, first - 1000), said).toBeLessThan(wall);
    expect(wallAt(zone, last), said).toBeGreaterThanOrEqual(wall);
    expect(wallAt(zone, last - 1000), said).toBeLessThan(wall);
    for (let later = 0; later < 4; later++)
      expect(wallAt(zone, last + later * 1_800_000), said).toBeGreaterThanOrEqual(wall);
  }
});

test("a moment is frozen exactly where a search minute by minute finds it between a start and its end", () => {
  const random = seeded(11);
  for (let i = 0; i < 60; i++) {
    const timeZone = zones[i % zones.length] ?? "UTC";
    const hour = Math.floor(random() * 24);
    const hours = 1 + Math.floor(random() * 6);
    const window: FreezeWindow = {
      cron: `${i % 4 === 0 ? 30 : 0} ${hour} * * *`,
      hours,
      timeZone,
      reason: "r",
    };
    const change = i % 2 === 0 ? at("2026-03-29T01:00:00Z") : at("2026-11-01T06:00:00Z");
    const moment = Math.floor((change + (random() - 0.5) * 30 * 3_600_000) / 600_000) * 600_000;
    expect(frozenAt([window], moment) !== undefined, JSON.stringify({ window, moment })).toBe(
      searched(window, moment),
    );
  }
});

/** Walks two days before a moment: a window begins where the clock first shows its start or passes it, and ends where it shows its end for good. */
function searched({ cron, hours, timeZone }: FreezeWindow, moment: number): boolean {
  const [minute = 0, hour = 0] = cron.split(" ").map(Number);
  const tenMinutes = 600_000;
  const shown = (from: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, at) => wallAt(timeZone, from + at * tenMinutes));
  const before = shown(moment - 288 * tenMinutes, 289);
  const after = shown(moment, 13);
  return [-3, -2, -1, 0, 1].some((day) => {
    const start = Math.floor(moment / 86_400_000 + day) * 86_400_000 + (hour * 60 + minute) * 60_000;
    const hasBegun = before.some((wall) => wall >= start);
    // Over only where the clock does not come back before the end.
    return hasBegun && !after.every((wall) => wall >= start + hours * 3_600_000);
  });
}
