import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeChain } from "../files/chain.ts";
import { readFolder } from "../files/reading.ts";
import { lintFolder } from "./lint-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lint-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const told = (): readonly string[] =>
  lintFolder(folder).map(
    ({ file, line, code, severity }) => `${file.slice(folder.length + 1)}:${line} ${code} ${severity}`,
  );

test("lints each file against what the files before it leave, as if they held rows", () => {
  write("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n");
  write(
    "0002_more.sql",
    "ALTER TABLE users ADD COLUMN nick TEXT;\nALTER TABLE users ADD COLUMN age INTEGER NOT NULL;\n",
  );
  write("0003_gone.sql", "-- d1:phase contract\nDROP TABLE users;\n");
  expect(told()).toEqual([
    "0002_more.sql:2 DD1 error",
    "0002_more.sql:2 BC1 error",
    "0003_gone.sql:2 DL1 error",
  ]);
});

test("a squashed file beside what it stands for is an error: one of the two was to go", () => {
  const sum = `sha256:${"0".repeat(64)}`;
  write("0001_a.sql", "CREATE TABLE a (x);\n");
  write("0001_b.sql", `-- d1:squashes 0001_a.sql ${sum}\nCREATE TABLE b (x);\n`);
  expect(told()).toContain("0001_b.sql:1 NM1 error");
  rmSync(join(folder, "0001_a.sql"));
  expect(told()).toEqual([]);
  write("0001_b.sql", "-- d1:squashes 0001_a.sql\nCREATE TABLE b (x);\n");
  expect(told()).toEqual(["0001_b.sql:1 RD1 error"]);
});

test("goes on after a file that cannot be read, or is not named as it should be", () => {
  write("0001_crlf.sql", "SELECT 1;\r\n");
  write("0001_twin.sql", "CREATE TABLE t (a);\n");
  write("0004_gap.sql", "DELETE FROM t;\n");
  write("notes.sql", "DROP TABLE t;\n");
  write("0005_open.sql", "SELECT 1;\n/* never closed\n");
  expect(told().toSorted()).toEqual([
    "0001_crlf.sql:1 RD1 error",
    "0001_twin.sql:1 NM1 error",
    "0004_gap.sql:1 DL4 error",
    "0004_gap.sql:1 NM1 warning",
    "0005_open.sql:2 RD1 error",
    "notes.sql:1 BC1 error",
    "notes.sql:1 DL1 error",
    "notes.sql:1 NM1 warning",
  ]);
});

test("a chain file is held against the files, and a folder without one is no fault", () => {
  write("0001_a.sql", "CREATE TABLE a (a);\n");
  expect(told()).toEqual([]);
  writeChain(folder, readFolder(folder));
  expect(told()).toEqual([]);
  write("0001_a.sql", "CREATE TABLE a (b);\n");
  write("0002_b.sql", "CREATE TABLE b (a);\n");
  expect(told()).toEqual(["chain.txt:2 CH1 error", "chain.txt:3 CH1 warning"]);
  write("chain.txt", "<<<<<<< ours\n");
  expect(told()).toEqual(["chain.txt:1 CH1 error"]);
});

test("two files of one number that the chain holds are told of and no fault: they may be applied everywhere", () => {
  write("0001_a.sql", "CREATE TABLE a (a);\n");
  write("0001_b.sql", "CREATE TABLE b (a);\n");
  expect(told()).toEqual(["0001_b.sql:1 NM1 error"]);
  writeChain(folder, readFolder(folder));
  expect(told()).toEqual(["0001_b.sql:1 NM1 warning"]);
});

test("names that wrangler takes are at most a warning, times are no gaps, and nested files are linted", () => {
  write("001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
  write("20260101000000_Add-Posts.sql", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n");
  mkdirSync(join(folder, "20260102000000_gone"));
  write("20260102000000_gone/migration.sql", "-- d1:phase contract\nDROP TABLE posts;\n");
  expect(told()).toEqual([
    "001_users.sql:1 NM1 warning",
    "20260101000000_Add-Posts.sql:1 NM1 warning",
    "20260102000000_gone/migration.sql:2 DL1 error",
  ]);
});

test("an empty folder is refused, and so is a missing one", () => {
  expect(told).toThrow(/no migration/);
  expect(() => lintFolder(join(folder, "nowhere"))).toThrow(/mkdir -p/);
});

test("wrangler's and drizzle's ways of writing are understood", () => {
  write(
    "0001_init.sql",
    "-- Migration number: 0001 \t 2025-01-01T00:00:00.000Z\nCREATE TABLE `users` (\n\t`id` integer PRIMARY KEY NOT NULL,\n\t`name` text\n);\n--> statement-breakpoint\nCREATE UNIQUE INDEX `users_name` ON `users` (`name`);\n",
  );
  write(
    "0002_rebuild.sql",
    'PRAGMA foreign_keys=OFF;--> statement-breakpoint\nCREATE TABLE `__new_users` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL);\n--> statement-breakpoint\nINSERT INTO `__new_users`("id", "name") SELECT "id", "name" FROM `users`;--> statement-breakpoint\nDROP TABLE `users`;--> statement-breakpoint\nALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint\nPRAGMA foreign_keys=ON;--> statement-breakpoint\nCREATE UNIQUE INDEX `users_name` ON `users` (`name`);\n',
  );
  expect(told()).toEqual([
    "0002_rebuild.sql:1 FK1 warning",
    "0002_rebuild.sql:2 DD3 warning",
    "0002_rebuild.sql:2 BC1 error",
  ]);
});
