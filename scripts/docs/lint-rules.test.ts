import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks, pageWithTable, table } from "./lint-rules.ts";
import { withSection } from "./section.ts";

test("docs/migrations.md has the rules as they are; `node scripts/docs/lint-rules.ts` writes them", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/migrations.md"), "utf8")).toBe(pageWithTable());
});

test("each code stands for one check, and no cell breaks the table", () => {
  const codes = checks.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const row of table.split("\n")) expect([row, row.split("|").length]).toEqual([row, 6]);
});

test("a section is what stands between its markers, and a page without them is refused", () => {
  const page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n";
  expect(withSection(page, "x", "new\nlines")).toBe("a\n<!-- x -->\nnew\nlines\n<!-- /x -->\nb\n");
  expect(withSection("<!-- x -->\n\n<!-- /x -->", "x", "first")).toBe("<!-- x -->\nfirst\n<!-- /x -->");
  expect(() => withSection(page, "y", "")).toThrow("<!-- y --> … <!-- /y -->");
});
