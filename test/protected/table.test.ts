import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markdown } from "./table.ts";

test("the docs show what the engine's own commands can still do, row by row as it is tried", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/targets.md"), "utf8");
  const section = page.split(/^## /m).find((each) => each.startsWith("What the engine itself can still do"));
  expect(section?.split("\n\n").find((each) => each.startsWith("| typed"))).toBe(markdown());
});
