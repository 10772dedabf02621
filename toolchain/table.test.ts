import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns align, numbers to the right", () => {
  expect(
    table(
      ["name", "rows"],
      [
        ["a", 5],
        ["longer", 120],
      ],
    ),
  ).toBe(["name    rows", "a          5", "longer   120"].join("\n"));
});

test("a table without rows is its header", () => {
  expect(table(["name", "rows"], [])).toBe("name  rows");
});
