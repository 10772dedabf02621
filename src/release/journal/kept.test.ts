import { expect, test } from "vitest";
import type { Entry } from "./entry.ts";
import { isBehind, keptEntries, keptText, mergedJournals, overtaken, withEnd } from "./kept.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 30, 12, minute)).toISOString();
const begun: Entry = { kind: "begun", at: at(0), id: "a", stage: "prod", by: "mia@one" };
const measured = (position: number, minute: number, verdict: "pass" | "fail", reason = "fine"): Entry => ({
  kind: "measured",
  at: at(minute),
  position,
  judged: [{ worker: "shop/api", gate: "latency", verdict, reason }],
});
const taken: Entry = {
  kind: "wished",
  at: at(50),
  wish: "resume",
  by: "tom@two",
  reason: "taken over",
  takenOver: true,
};

test("of the measurements of a step the first, the last and those that failed are kept", () => {
  const entries = [
    begun,
    measured(0, 1, "pass"),
    measured(0, 2, "pass"),
    measured(0, 3, "fail"),
    measured(0, 4, "pass"),
    measured(0, 5, "pass"),
    measured(1, 6, "pass"),
  ];
  const kept = keptEntries(keptText(entries));
  expect(kept.map((each) => each.at)).toEqual([0, 1, 3, 5, 6].map(at));
});

test("an ended release is small, however long it was and whatever was said in it", () => {
  const entries: Entry[] = [begun];
  for (let step = 0; step < 5_000; step++)
    entries.push(
      { kind: "wished", at: at(step), wish: "pause", by: "mia", reason: "x".repeat(10_000) },
      measured(step, step, "fail", "y".repeat(10_000)),
    );
  entries.push({ kind: "finished", at: at(1) });
  const kept = keptText(entries);
  expect(kept.length).toBeLessThan(24_000);
  expect(keptEntries(kept).at(0)).toEqual(begun);
  expect(keptEntries(kept).at(-1)?.kind).toBe("finished");
});

test("a release that runs keeps its own warm-up, to be gone on with elsewhere; one that has ended the name of its file", () => {
  const warmUps = [{ requests: [{ worker: "shop/api", path: "/" }], perSecond: 5, total: 100 }];
  const entries: Entry[] = [{ ...begun, ownWarmUp: { file: "urls.txt", warmUps } }];
  expect(keptEntries(keptText(entries))).toEqual(entries);
  const ended = keptEntries(keptText([...entries, { kind: "finished", at: at(1) }]));
  expect(ended[0]).toEqual({ ...begun, ownWarmUp: { file: "urls.txt", warmUps: [] } });
});

test("a state keeps the ten newest", () => {
  const ids = Array.from({ length: 30 }, (_, i) => `202611${String(i + 1).padStart(2, "0")}-a`);
  const all = ids.reduce((kept, id) => mergedJournals(kept, { [id]: id }), {});
  expect(Object.keys(all)).toEqual(ids.slice(-10).toReversed());
});

test("a line of a later version is passed over, and half a line too", () => {
  const later = '{"kind":"blessed","at":"2030"}';
  expect(keptEntries(`${JSON.stringify(begun)}\n${later}\n{"kind":"fin`)).toEqual([begun]);
});

test("a driver whose release was taken over is behind, and so is one that does not know of its end", () => {
  const own = [begun, measured(0, 1, "pass")];
  expect(isBehind(own, [begun])).toBe(false);
  expect(isBehind(own, [begun, taken])).toBe(true);
  expect(isBehind([...own, taken], [begun, taken])).toBe(false);
  expect(isBehind([...own, taken], [begun, taken, { kind: "finished", at: at(60) }])).toBe(true);
  expect(overtaken({ a: keptText([begun, taken]) }, { a: keptText(own) })).toEqual({
    id: "a",
    by: "tom@two",
  });
  expect(overtaken({ a: keptText([begun, taken]) }, { a: keptText([begun, taken]) })).toBeUndefined();
  expect(overtaken({ a: keptText([begun, taken]) }, { b: keptText(own) })).toBeUndefined();
  expect(overtaken({}, { a: keptText(own) })).toBeUndefined();
});

test("the last up of a release tells its end: finished, or back", () => {
  expect(withEnd([begun], at(9)).at(-1)).toEqual({ kind: "finished", at: at(9) });
  const aborting: Entry = { kind: "aborting", at: at(1), reason: "slow" };
  expect(withEnd([begun, aborting], at(9)).at(-1)).toEqual({ kind: "aborted", at: at(9) });
  expect(withEnd([begun, { kind: "finished", at: at(1) }], at(9))).toHaveLength(2);
});
