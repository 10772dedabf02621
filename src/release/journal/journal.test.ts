import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Entry } from "./entry.ts";
import { journalOf, releasesIn } from "./journal.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-journal-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const line = (position: number): Entry => ({ kind: "deploying", at: "2026-01-01T00:00:00Z", position });

test("what a kill cut off is left out, and what comes next is a line of its own", () => {
  const journal = journalOf(folder, "20260101-a");
  journal.append(line(1));
  appendFileSync(journal.file, '{"kind":"deployed","at":"2026-01-0');
  expect(journal.entries()).toEqual([line(1)]);
  journal.append(line(2));
  expect(journal.entries()).toEqual([line(1), line(2)]);
});

test("two who append at once lose no line, and each hears of the other's", () => {
  const [one, two] = [journalOf(folder, "20260102-b"), journalOf(folder, "20260102-b")];
  for (let i = 0; i < 20; i++) (i % 2 === 0 ? one : two).append(line(i));
  expect(one.entries()).toHaveLength(20);
  expect(two.entries()).toEqual(one.entries());
  expect(one.entries()).toBe(one.entries());
});

test("a line that is whole and means nothing is refused: it may be the one that says stop", () => {
  const journal = journalOf(folder, "20260103-c");
  journal.append(line(1));
  appendFileSync(journal.file, '{"kind":"halted","at":"2026-01-01T00:00:00Z"}\n');
  expect(() => journal.entries()).toThrow(/cannot be read/);
});

test("releases are listed with the newest first, and there are none where there is no folder", () => {
  expect(releasesIn(folder)).toEqual(["20260103-c", "20260102-b", "20260101-a"]);
  expect(releasesIn(join(folder, "nothing"))).toEqual([]);
});
