import { expect, test } from "vitest";
import { reached } from "../../test/imports.ts";
import { beside } from "./embedded-code.ts";

test("a change of any file that the embedded process runs is seen, also of one that it shares with the program", () => {
  const shared = [...reached("embedded/main.ts").keys()].filter((target) => target.startsWith("src/"));
  expect(beside.filter((file) => file.startsWith("src/"))).toEqual(shared.sort());
});
