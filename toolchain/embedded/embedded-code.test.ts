import { expect, test } from "vitest";
import { reached } from "../../test/structure/imports.ts";
import { shared } from "./embedded-code.ts";

test("a change of any file that the embedded process runs is seen, also of one that it shares with the program", () => {
  const reachable = [...reached("embedded/main.ts").keys()].filter((target) => target.startsWith("src/"));
  expect(shared.map((module) => `${module}.ts`)).toEqual(reachable.sort());
});
