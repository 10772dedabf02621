import { expect, test } from "vitest";
import { servesAlone } from "./workers.ts";

test("a contract is open for what serves alone: the new version, the stable one after a rollback, none in between", () => {
  const at = (percent: number) => servesAlone("new", { stable: "stable", percent });
  expect([servesAlone("new", undefined), at(100), at(10), at(0)]).toEqual([
    "new",
    "new",
    undefined,
    "stable",
  ]);
});
