import { expect, test } from "vitest";
import { halfSwitchedLines } from "./half-switched.ts";

const of = (name: string) => ({ name, id: name });
const begun = {
  ...{ by: "mia@build-7", at: "2026-11-30T12:00:00Z", undo: false },
  stores: [{ kind: "vectorize", resource: "jobmatch/found", from: of("found-dev"), to: of("found-dev-2") }],
} as const;

test("a switch that a kill interrupted is told with both indexes, whichever of them the stack has by then, and what is left to do", () => {
  const lines = (has: string, undo = false) =>
    halfSwitchedLines({ ...begun, undo }, "jobmatch/found", has).join("\n");
  for (const has of ["found-dev", "found-dev-2"])
    expect(lines(has)).toContain("not finished: found-dev-2 in the place of found-dev.\n");
  expect(lines("found-dev")).toContain("The stack still has found-dev, and it serves");
  expect(lines("found-dev-2")).toContain("The stack has found-dev-2 already");
  expect(lines("found-dev-2", true)).toContain("A switch back of jobmatch/found");
});
