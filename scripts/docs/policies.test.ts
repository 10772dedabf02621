import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../policy/rules/all.ts";
import { pageWithPolicies, table } from "./policies.ts";

test("docs/policies.md has the rules as they are; `node scripts/docs/policies.ts` writes them", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/policies.md"), "utf8")).toBe(pageWithPolicies());
});

test("each id is of one rule, can be written in a configuration, and no cell breaks the table", () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  for (const row of table.split("\n")) expect([row, row.split(/(?<!\\)\|/).length]).toEqual([row, 7]);
});
