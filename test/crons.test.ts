import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCron } from "../embedded/api/workers/crons/cron.ts";
import { whatIsWrong } from "../src/declare/check/crons.ts";

const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("*", "*/5", "0", "1", "5", "7", "1-5", "5-1", "1,3", "2/3") },
  fc.constantFrom("?", "8", "12", "13", "31", "32", "60", "L", "LW", "15W", "32W", "sun", "MON-FRI", "2#1"),
  fc.constantFrom("6#6", "fril", "5L", "jan", "*/0", "1-2-3", "", "-1", "a", "1,", "L-3", "1.5"),
);

test("the check of a declaration and the embedded Cloudflare accept the same cron expressions", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 4, maxLength: 6 }), (fields) => {
      const cron = fields.join(" ");
      expect(whatIsWrong(cron) === undefined, cron).toBe(parseCron(cron) !== undefined);
    }),
    { numRuns: 5_000 },
  );
});

test("what is wrong is said for the field that it is in", () => {
  expect(whatIsWrong("0 3 * * 0")).toContain("1 (Sunday) to 7 (Saturday)");
  expect(whatIsWrong("60 3 * * *")).toContain("minute of 0 to 59");
  expect(whatIsWrong("0 24 * * *")).toContain("hour of 0 to 23");
  expect(whatIsWrong("0 0 32 * *")).toContain("day of month");
  expect(whatIsWrong("0 0 * 13 *")).toContain("month of 1 to 12");
  expect(whatIsWrong("0 0 * *")).toContain("five fields");
});
