import { expect, test } from "vitest";
import { readMigration } from "../files/reading.ts";
import type { CorpusStatement } from "./corpus.ts";
import { type Ran, wayBack } from "./way-back.ts";

const texts = {
  "0001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, email TEXT);",
  "0002_kind.sql": "ALTER TABLE notes ADD COLUMN kind TEXT;",
  "0003_drop_email.sql": "-- d1:phase contract\nALTER TABLE notes DROP COLUMN email;",
  "0004_tags.sql": "CREATE TABLE tags (name TEXT);",
};
const files = Object.entries(texts).map(([name, text]) => readMigration(name, name, Buffer.from(text)));
const ran: readonly Ran[] = files.map(({ name, phase }, i) => ({
  ...{ name, phase, atMs: (i + 1) * 1000 },
  bookmark: `before ${name}`,
}));
const says = (...all: readonly string[]): readonly CorpusStatement[] =>
  all.map((sql) => ({ worker: "w@1", sql }));
const reads = says("SELECT email FROM notes", "INSERT INTO notes (text, email) VALUES (?, ?)");

test("goes back to right before the file that took away what the version needs, and no further", () => {
  expect(wayBack(files, ran, reads, { madeMs: 1500, through: undefined })).toMatchObject({
    bookmark: "before 0003_drop_email.sql",
    sinceMs: 3000,
    undone: ran.slice(2),
  });
});

test("a contract that the version is too old for goes too, also where no statement is known to need what it took", () => {
  const way = wayBack(files, ran, says("SELECT id FROM notes"), {
    madeMs: 1500,
    through: "0003_drop_email.sql",
  });
  expect(way?.bookmark).toBe("before 0003_drop_email.sql");
});

test("there is no way back where no schema since the version was made knows what it needs", () => {
  expect(
    wayBack(files, ran, says("SELECT colour FROM notes"), { madeMs: 1500, through: undefined }),
  ).toBeUndefined();
  // What ran before it was made, it was made for: that the email is missing is something else's doing.
  expect(wayBack(files, ran, reads, { madeMs: 3500, through: undefined })).toBeUndefined();
});

test("where the folder lacks a file that ran, only the state that the version was made for is trusted", () => {
  expect(wayBack(files.slice(1), ran, reads, { madeMs: 1500, through: undefined })?.bookmark).toBe(
    "before 0002_kind.sql",
  );
});

test("a file without a bookmark, which another tool ran, is gone past", () => {
  const some = ran.map((each) =>
    each.name === "0003_drop_email.sql" ? { ...each, bookmark: undefined } : each,
  );
  expect(wayBack(files, some, reads, { madeMs: 1500, through: undefined })?.bookmark).toBe(
    "before 0002_kind.sql",
  );
});
