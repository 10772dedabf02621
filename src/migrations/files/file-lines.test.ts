import { expect, test } from "vitest";
import { checksums, fileLines, latest, lists } from "./file-lines.ts";
import { type MigrationFile, readMigration } from "./reading.ts";

const file = (number: number, sql = `CREATE TABLE t${number} (a);`): MigrationFile => {
  const name = `${String(number).padStart(4, "0")}_step.sql`;
  return readMigration(name, name, Buffer.from(`${sql}\n`));
};
const files = (count: number): MigrationFile[] => Array.from({ length: count }, (_, i) => file(i + 1));

test("each of up to 99 files, and each that is new, has a line of its own", () => {
  expect(Object.keys(fileLines(files(99), undefined))).toHaveLength(99);
  expect(Object.keys(fileLines(files(300), {}))).toHaveLength(300);
  const known = fileLines(files(300), undefined);
  const more = fileLines(files(302), known);
  expect(Object.keys(more).filter((key) => known[key] === undefined)).toEqual([
    "0301_step.sql",
    "0302_step.sql",
  ]);
});

test("files that were known for long share a line, the same whether they were listed apart or together", () => {
  const together = fileLines(files(1_000), undefined);
  expect(Object.keys(together)[0]).toBe("0001_step.sql … 0950_step.sql");
  expect(together["0001_step.sql … 0950_step.sql"]).toMatch(/^chain:[0-9a-f]{64} 950 files$/);
  expect(Object.keys(together)).toHaveLength(51);
  expect(fileLines(files(1_000), together)).toEqual(together);
  expect(fileLines(files(1_000), fileLines(files(1_000), {}))).toEqual(together);
  expect(lists(together, "0007_step.sql")).toBe(true);
  expect(lists(together, "1000_step.sql")).toBe(true);
  expect(lists(together, "1001_step.sql")).toBe(false);
});

test("an edit anywhere changes a line; another wording of the same bytes does not", () => {
  const before = fileLines(files(200), undefined);
  const edited = files(200).with(3, file(4, "CREATE TABLE other (a);"));
  expect(fileLines(edited, before)).not.toEqual(before);
  const reworded = Object.fromEntries(
    Object.entries(before).map(([name, line]) => [name, line.replace("CREATE TABLE", "makes")]),
  );
  expect(fileLines(files(200), reworded)).toEqual(reworded);
});

test("what was agreed to is known file by file, of shared lines only while no file in it changed", () => {
  const all = files(200);
  const lines = fileLines(all, undefined);
  expect(checksums(lines, all)).toEqual(new Map(all.map(({ name, checksum }) => [name, checksum])));
  const edited = all.with(3, file(4, "CREATE TABLE other (a);"));
  expect(checksums(lines, edited).has("0004_step.sql")).toBe(false);
  expect(checksums(lines, edited).get("0200_step.sql")).toBe(all[199]?.checksum);
});

test("only the last bookmarks are carried along", () => {
  const many = Object.fromEntries(files(300).map(({ name }) => [name, "b"]));
  expect(Object.keys(latest(many))).toHaveLength(100);
  expect(latest(many)["0300_step.sql"]).toBe("b");
});
