import { expect, test } from "vitest";
import { placeOfTarget } from "../../../../src/diagnostic/place.ts";
import { inPlace } from "../../../../src/diagnostic/sentence.ts";
import type { SwitchedStore } from "../../../../src/project/switched.ts";
import { lastOf, nothingKept, reindexed } from "./undo.ts";

const store = (verb: SwitchedStore["verb"], at: string): SwitchedStore => ({
  ...{ name: `now-${at}`, id: `now-${at}`, verb, from: "a backup", by: "ann", at },
  kept: [
    { name: "older", id: "older", until: "2026-11-01T00:00:00.000Z" },
    { name: "before", id: "before", until: at },
  ],
});
const [first, second, third] = ["2026-11-02", "2026-11-03", "2026-11-04"].map(
  (day) => `${day}T00:00:00.000Z`,
);

test("a switch back is of the newest restore, all of it, and never of an index that was filled anew since", () => {
  const switched = {
    "kv shop/cache": store("restore", first ?? ""),
    "d1 shop/orders": store("restore", second ?? ""),
    "r2 shop/files": store("restore", second ?? ""),
    "vectorize shop/found": store("reindex", third ?? ""),
  };
  expect(lastOf(switched).map(({ resource, to }) => [resource, to.name])).toEqual([
    ["shop/orders", "before"],
    ["shop/files", "before"],
  ]);
  expect(reindexed(switched)).toEqual(["shop/found"]);
});

test("where an index was filled anew and nothing was restored, it names the command that takes that back", () => {
  const switched = { "vectorize shop/found": store("reindex", third ?? "") };
  expect(lastOf(switched)).toEqual([]);
  const { fix } = nothingKept("prod", reindexed(switched)).diagnostic;
  expect(inPlace(fix, placeOfTarget("prod", "embedded", process.cwd()))).toContain(
    "reindex prod shop/found --undo",
  );
  expect(nothingKept("prod", []).diagnostic.fix).toBe("name another stage");
});
