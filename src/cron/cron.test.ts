import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";

test("what is not a cron expression is none", () => {
  for (const cron of [
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * * 0",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "* * * * MON#6",
    "1-2-3 * * * *",
    "* * 99W * *",
  ])
    expect(parseCron(cron), cron).toHaveProperty("expected");
});

test("what is wrong is said for the field that it is in", () => {
  const expected = (text: string): unknown => parseCron(text);
  expect(expected("0 3 * * 0")).toMatchObject({
    expected: expect.stringContaining("1 (Sunday) to 7 (Saturday)"),
  });
  expect(expected("60 3 * * *")).toMatchObject({ expected: expect.stringContaining("minute of 0 to 59") });
  expect(expected("0 24 * * *")).toMatchObject({ expected: expect.stringContaining("hour of 0 to 23") });
  expect(expected("0 0 32 * *")).toMatchObject({ expected: expect.stringContaining("day of month") });
  expect(expected("0 0 * 13 *")).toMatchObject({ expected: expect.stringContaining("month of 1 to 12") });
  expect(expected("0 0 * *")).toMatchObject({ expected: expect.stringContaining("five fields") });
});
