import { expect, test } from "vitest";
import { notedIn } from "../../src/reindex/noted.ts";
import { overtakenBy, withNote } from "./elsewhere.ts";

const note = { index: "found-2", by: "mia@build-7", at: "2026-11-30T12:00:00.000Z" };
const run = { from: "found", index: "found-2" };

test("a run switches nothing once somebody else has: who took it over, or what serves by now, is told", () => {
  expect(overtakenBy(run, "found", note)).toBeUndefined();
  expect(overtakenBy(run, "found", { ...note, index: "found-3" })).toBe(
    "mia@build-7 began to fill found-3 at 2026-11-30T12:00:00.000Z",
  );
  expect(overtakenBy(run, "found-9", note)).toBe("found-9 serves, and it was found");
  expect(overtakenBy(run, undefined, note)).toBe("nothing serves, and it was found");
  expect(overtakenBy(run, "found", undefined)).toContain("nothing of this run");
  expect(overtakenBy({ from: "found-2", index: undefined }, "found-2", undefined)).toBeUndefined();
  expect(overtakenBy({ from: "found-2", index: undefined }, "found", note)).toBe(
    "found serves, and it was found-2",
  );
});

test("the note is put into the first resource of a state, and nothing else is another one", () => {
  const target = { type: "pulumi-nodejs:dynamic/lockstep:Target", inputs: { stage: "dev" }, outputs: {} };
  const state = {
    version: 3,
    deployment: { resources: [{ type: "a:b:C", urn: "u" }, target], secrets: "s" },
  };
  const noted = JSON.parse(JSON.stringify(withNote(state, "shop/found", note)));
  expect(notedIn(noted.deployment.resources[1].inputs)).toEqual({ "shop/found": note });
  noted.deployment.resources[1].inputs = { stage: "dev" };
  expect(noted).toEqual(state);
});
