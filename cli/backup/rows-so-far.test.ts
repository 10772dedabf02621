import { expect, test } from "vitest";
import { rowsSoFar } from "./rows-so-far.ts";

test("a long reading says every few seconds how far it is, at a terminal alone", () => {
  const said: string[] = [];
  let at = 0;
  const write = (text: string) => said.push(text);
  const progress = rowsSoFar({ isTTY: true, write }, () => at);
  const quiet = rowsSoFar({ write }, () => at);
  for (const [ms, rows] of [
    [4_000, 100],
    [6_000, 200],
    [7_000, 300],
    [11_500, 400],
  ] as const) {
    at = ms;
    progress("dome/silo", rows);
    quiet("dome/silo", rows);
  }
  expect(said).toEqual(["dome/silo: 200 rows so far …\n", "dome/silo: 400 rows so far …\n"]);
});
