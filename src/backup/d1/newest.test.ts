import { expect, test } from "vitest";
import { newCounting } from "./counting.ts";

const newest = (columns: readonly string[], key: readonly string[], rows: readonly string[]) => {
  const counting = newCounting({ name: "t", columns, key });
  for (const row of rows) counting.add({ rows: [row] });
  const { newest: value, newestBy } = counting.end();
  return [newestBy, value];
};

test("the newest row is the one with the highest number, and where there are no numbers the one with the latest time", () => {
  const columns = ["rowid", '"id"', '"created_at"'];
  expect(newest(columns, ["rowid"], ["1,1,'2026-02-01'", "2,2,'2026-01-01'"])).toEqual([
    '"created_at"',
    "'2026-01-01'",
  ]);
  const named = ['"id"', '"at"'];
  const texts = ["'a','2026-01-01'", "'b','2026-03-01'", "'c',NULL", "'d','2026-02-01'"];
  expect(newest(named, ['"id"'], texts)).toEqual(['"at"', "'2026-03-01'"]);
  expect(newest(named, ['"id"'], ["'a',9", "'b',10", "'c',8"])).toEqual(['"at"', "10"]);
  expect(newest(['"id"', '"n"'], ['"id"'], ["'a',9"])).toEqual([undefined, undefined]);
  expect(newest(columns, ["rowid"], [])).toEqual([undefined, undefined]);
});
