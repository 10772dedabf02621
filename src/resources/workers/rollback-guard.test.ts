import { expect, test } from "vitest";
import { lastOf } from "./rollback-guard.ts";

test("without its opening the last contract that ran is the boundary, in whatever order the files are named", () => {
  expect(
    lastOf([
      { name: "0007", atMs: 30 },
      { name: "0009", atMs: 10 },
    ]),
  ).toBe(30);
});
