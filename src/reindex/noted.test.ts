import { expect, test } from "vitest";
import { keptNotes, notedIn } from "./noted.ts";

const note = { index: "found-dev-2", by: "mia@build-7", at: "2026-11-30T12:00:00.000Z" };
const olds = { reindexing: { "shop/found": note } };
const serving = (id: string) => ({
  stores: { "d1 shop/notes": { id: "x" }, "vectorize shop/found": { id } },
});

test("the state tells of a re-indexing until its index serves; then an up forgets it", () => {
  expect(notedIn(olds)).toEqual({ "shop/found": note });
  expect(keptNotes(olds, serving("found-dev"))).toEqual(olds);
  expect(keptNotes(olds, serving("found-dev-2"))).toBeUndefined();
  expect(keptNotes({}, serving("found-dev"))).toBeUndefined();
  expect(notedIn(undefined)).toEqual({});
});
