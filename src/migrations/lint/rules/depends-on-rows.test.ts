import { expect, test } from "vitest";
import { live } from "../../testing/live.ts";

const content = `CREATE TABLE roles (id TEXT PRIMARY KEY, rank INTEGER CHECK (rank > 1000));
CREATE TABLE grants (role TEXT NOT NULL REFERENCES roles (id), what TEXT NOT NULL);
CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id));
CREATE TABLE empty (a TEXT);
INSERT INTO roles VALUES ('admin', 2000); INSERT INTO grants VALUES ('admin', 'a');
`;

test("rows that refer to rows of the live database are asked for, not refused", () => {
  expect(live(content, ["INSERT INTO grants VALUES ('admin', 'b');"]).refused).toEqual([]);
  expect(
    live(content, ["INSERT INTO grants (what, role) VALUES ('b', 'admin'), ('c', 'nobody');"]).refused,
  ).toEqual([
    expect.stringMatching(/^1 D1b: .*unless the rows that it needs are there: FOREIGN KEY constraint failed/),
  ]);
  expect(
    live(content, ["INSERT INTO grants (what, role) SELECT 'b', 'nobody' FROM roles;"]).refused,
  ).toHaveLength(1);
  expect(live(content, ["INSERT INTO grants (what, role) SELECT 'b', id FROM roles;"]).refused).toEqual([]);
});

test("rows may refer to each other, and to what statements before them insert", () => {
  expect(live(content, ["INSERT INTO tree VALUES (70, 71), (71, NULL);"]).refused).toEqual([]);
  expect(live(content, ["INSERT INTO tree VALUES (70, 72), (71, NULL);"]).refused).toHaveLength(1);
  const files = ["INSERT INTO roles VALUES ('new', 3000);", "INSERT INTO grants VALUES ('new', 'x');"];
  expect(live(content, files).refused).toEqual([]);
});

test("what a statement writes itself fails everywhere", () => {
  expect(live(content, ["INSERT INTO roles VALUES ('low', 1);"]).refused).toEqual([
    expect.stringMatching(/^1 D1b: the statement fails: CHECK constraint failed/),
  ]);
  expect(live(content, ["INSERT INTO grants VALUES ('admin', NULL);"]).refused).toHaveLength(1);
});

test("an assertion over rows is no proof against a file; it shows when it runs", () => {
  const sql =
    "SELECT json_extract('{}', CASE WHEN (SELECT count(*) FROM roles) = 1 THEN '$' ELSE 'one role' END);";
  const { refused, apply } = live(content, [sql]);
  expect(refused).toEqual([]);
  expect(apply([sql])).toBeUndefined();
});

test("a statement that fails on made-up rows does not take away what files before it inserted", () => {
  const files = [
    "INSERT INTO roles VALUES ('new', 3000);",
    "CREATE TABLE few (a TEXT CHECK (a IN ('x', 'y')));\nINSERT INTO few SELECT a FROM empty;\nCREATE UNIQUE INDEX few_a ON few (a);",
    "INSERT INTO grants VALUES ('new', 'x');",
  ];
  expect(live(content, files).refused).toEqual([]);
});

test("a new column's own CHECK is held against its default; another column's is no matter", () => {
  const add = (check: string): readonly string[] =>
    live(content, [`ALTER TABLE roles ADD COLUMN on_off INTEGER NOT NULL DEFAULT 1 CHECK (${check});`])
      .refused;
  expect(add("on_off IN (0, 1)")).toEqual([]);
  expect(add('"on_off" IN (2, 3)')).toEqual([expect.stringMatching(/^1 DD1: .*its default breaks CHECK/)]);
  expect(add("on_off < rank")).toEqual([]);
  expect(add("on_off > rank")).toEqual([expect.stringMatching(/^1 DD1: .*rows break CHECK/)]);
});
