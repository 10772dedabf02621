import { expect, test } from "vitest";
import { unplaced } from "./place.ts";
import { placedDiagnostic, UserError } from "./user-error.ts";

test("what was found is cut to what a person reads, wherever it is shown: its beginning, its end, and how much is between", () => {
  const long = { what: "a", where: "b", got: `begin${"x".repeat(100_000)}end`, expected: "c", fix: "d" };
  const { message, diagnostic } = new UserError(long);
  expect(message).toMatch(/begin(x+) … \(99308 characters left out\) … x+end/);
  expect(message.length).toBeLessThan(1000);
  expect(placedDiagnostic(diagnostic, unplaced()).got.length).toBeLessThan(800);
  // What holds the mistake itself keeps all of it, and a cut text stays as it is.
  expect(diagnostic.got).toBe(long.got);
  const once = placedDiagnostic(long, unplaced());
  expect(placedDiagnostic(once, unplaced())).toEqual(once);
});
