import fc from "fast-check";
import { expect, test } from "vitest";
import { passes } from "./filter.ts";
import { parseQuery, QueryError } from "./parse.ts";

test("a query with variables, aliases, nested arguments and comments becomes its fields", () => {
  const fields = parseQuery(
    'query Q($a: string!, $f: [F!]!) { # why\n viewer { mine: accounts(filter: {accountTag: $a, AND: [{x: 1.5, y: "q\\"q"}], z: null, e: DESC}) { n } } }',
    { a: "id" },
  );
  expect(fields).toEqual([
    {
      name: "viewer",
      alias: "viewer",
      args: {},
      selection: [
        {
          name: "accounts",
          alias: "mine",
          args: { filter: { accountTag: "id", AND: [{ x: 1.5, y: 'q"q' }], z: null, e: "DESC" } },
          selection: [{ name: "n", alias: "n", args: {}, selection: [] }],
        },
      ],
    },
  ]);
});

test("whatever is not such a query is a QueryError and nothing else", () => {
  for (const query of [
    "",
    "{",
    "mutation { x }",
    "{ a(b: ) }",
    "{ a } }",
    "query ($x",
    "{ ...F }",
    "{ a(b: [1 }",
  ])
    expect(() => parseQuery(query, {}), query).toThrow(QueryError);
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("{", "}", "(", ")", ":", "[", "]", "a", '"', "$", " ", "1", "\\", "..."),
      }),
      (query) => {
        try {
          parseQuery(query, {});
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("filters compare times as moments and refuse members that no row has", () => {
  const row = { scriptName: "x", datetime: "2026-01-01T00:00:00Z", count: 5 };
  expect(
    passes(row, {
      datetime_geq: "2026-01-01T01:00:00+01:00",
      scriptName_in: ["x", "y"],
      AND: [{ count_gt: 4 }],
      OR: [{ count: 1 }, { scriptName_like: "%" }],
    }),
  ).toBe(true);
  expect(passes(row, { datetime_gt: "2026-01-01T00:00:00Z" })).toBe(false);
  expect(() => passes(row, { nothing_geq: 1 })).toThrow(QueryError);
});
