import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inOrder, migrationNames, namesIfAny } from "./names.ts";
import { readFolder } from "./reading.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "names-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text = "CREATE TABLE a (b);\n"): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

test("the order is wrangler's: numbers first, as numbers, then text; names without a number last", () => {
  const names = [
    "10_ten.sql",
    "9_nine.sql",
    "0009_nine.sql",
    "20260101000000_init/migration.sql",
    "add-users.sql",
    "Zebra.sql",
    "0002_b.sql",
    "0002_a.sql",
  ];
  expect(names.toSorted(inOrder)).toEqual([
    "0002_a.sql",
    "0002_b.sql",
    "0009_nine.sql",
    "9_nine.sql",
    "10_ten.sql",
    "20260101000000_init/migration.sql",
    "Zebra.sql",
    "add-users.sql",
  ]);
});

test("files of folders within the folder are read by the names that wrangler's ledger gives them", () => {
  write("20260101000000_init/migration.sql");
  write("20260101000000_init/snapshot.json", "{}");
  write("20260102000000_more/migration.sql", "CREATE TABLE c (d);\n");
  write("20260102000000_more/down.sql", "DROP TABLE c;\n");
  write("migration_lock.toml", "");
  expect(migrationNames(folder)).toEqual([
    "20260101000000_init/migration.sql",
    "20260102000000_more/migration.sql",
  ]);
  expect(readFolder(folder).map(({ statements }) => statements[0]?.sql)).toEqual([
    "CREATE TABLE a (b)",
    "CREATE TABLE c (d)",
  ]);
});

test("SQL that nothing reads is refused, also beside files that are read", () => {
  write("0001_a.sql");
  write("old/0001_b.sql");
  write("old/0002_c.sql");
  expect(() => migrationNames(folder)).toThrow(/nothing reads[\s\S]*old\/0001_b\.sql, and 1 more/);
});

test("a folder without a migration is refused, except by those who are about to write the first", () => {
  write("README.md", "");
  expect(() => migrationNames(folder)).toThrow(/no migration[\s\S]*db new/);
  expect(namesIfAny(folder)).toEqual([]);
});

test("a link may lead anywhere in the project; out of it, a file, a folder and the folder of all are refused", () => {
  const project = join(folder, "project");
  mkdirSync(join(project, ".git"), { recursive: true });
  write("project/migrations/0001_a.sql");
  write("project/shared/0002_b.sql");
  write("elsewhere/0003_c.sql");
  write("elsewhere/migration.sql");
  const migrations = join(project, "migrations");
  symlinkSync(join(project, "shared/0002_b.sql"), join(migrations, "0002_b.sql"));
  expect(migrationNames(migrations)).toEqual(["0001_a.sql", "0002_b.sql"]);
  const out = /leads out of the project[\s\S]*elsewhere/;
  const led: readonly (readonly [string, string])[] = [
    ["elsewhere/0003_c.sql", "0003_c.sql"],
    ["elsewhere", "0003_c"],
  ];
  for (const [to, name] of led) {
    symlinkSync(join(folder, to), join(migrations, name));
    expect(() => migrationNames(migrations), name).toThrow(out);
    rmSync(join(migrations, name));
  }
  symlinkSync(join(folder, "gone.sql"), join(migrations, "0003_c.sql"));
  expect(() => migrationNames(migrations)).toThrow(/0003_c\.sql[\s\S]*no such file/);
  symlinkSync(join(folder, "elsewhere"), join(project, "linked"));
  expect(() => migrationNames(join(project, "linked"))).toThrow(out);
});
