import { afterAll, beforeAll, expect, test } from "vitest";
import { handOverUnderLoad } from "./hand-over-load.ts";
import { type Rig, startRig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

test("a hand-over under load fails no request, loses no row, writes none twice, and never has two owners", async () => {
  const { told, rows } = await handOverUnderLoad(rig, ["v1", "v2", "v3"]);
  expect([...told.values()].filter((t) => t.status !== 200)).toEqual([]);
  expect(told.size).toBeGreaterThan(20);
  expect(rows.map((r) => [r.asked, String(r.n)]).toSorted()).toEqual(
    [...told].map(([asked, t]) => [asked, t.text]).toSorted(),
  );
  expect(rows.map((r) => r.n)).toEqual(rows.map((_, i) => i + 1));
  expect(rows.map((r) => r.by).join("")).toMatch(/^(v1)+(v2)+(v3)+$/);
});
