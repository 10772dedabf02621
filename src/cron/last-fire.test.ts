import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";
import { fires } from "./fires.ts";
import { lastFire } from "./last-fire.ts";

function cronOf(text: string) {
  const parsed = parseCron(text);
  if ("expected" in parsed) throw new Error(`${text}: expected ${parsed.expected}`);
  return parsed;
}
const last = (text: string, iso: string) => lastFire(cronOf(text), new Date(iso))?.toISOString();

test("the last time that a cron fired is the newest one that is not later, in UTC", () => {
  expect(last("0 3 * * *", "2026-11-30T02:59:59Z")).toBe("2026-11-29T03:00:00.000Z");
  expect(last("0 3 * * *", "2026-11-30T03:00:00Z")).toBe("2026-11-30T03:00:00.000Z");
  expect(last("30 1,13 * * *", "2026-11-30T13:29:00Z")).toBe("2026-11-30T01:30:00.000Z");
  expect(last("0 3 * * sun", "2026-11-30T12:00:00Z")).toBe("2026-11-29T03:00:00.000Z");
  expect(last("0 3 1 * *", "2026-03-01T02:00:00Z")).toBe("2026-02-01T03:00:00.000Z");
  expect(last("0 3 L * *", "2026-03-15T00:00:00Z")).toBe("2026-02-28T03:00:00.000Z");
  expect(last("0 0 29 2 *", "2026-11-30T00:00:00Z")).toBe("2024-02-29T00:00:00.000Z");
  expect(last("0 0 29 2 *", "2104-02-28T00:00:00Z")).toBe("2096-02-29T00:00:00.000Z");
});

test("one that never fires has no last time", () => {
  expect(last("0 0 30 2 *", "2026-11-30T00:00:00Z")).toBeUndefined();
});

test("it fires then, and in no minute between then and now", () => {
  const cron = cronOf("*/7 2-22/5 * * 2-6");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 * 24 * 400 }), (minute) => {
      const at = new Date(Date.UTC(2026, 0, 1) + minute * 60_000);
      const found = lastFire(cron, at);
      if (found === undefined) throw new Error("none");
      expect(fires(cron, found)).toBe(true);
      for (let ms = found.getTime() + 60_000; ms <= at.getTime(); ms += 60_000)
        if (fires(cron, new Date(ms))) throw new Error(`it fired at ${new Date(ms).toISOString()}`);
    }),
    { numRuns: 30 },
  );
});
