import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

test("cut off at any byte, a journal says what was whole before it, and takes what comes next", () => {
  const whole = [1, 2, 3].map((position) => `${JSON.stringify(line(position))}\n`).join("");
  for (let at = 0; at <= whole.length; at++) {
    const journal = journalOf(join(folder, "cut"), "20260104-d");
    mkdirSync(join(folder, "cut"), { recursive: true });
    writeFileSync(journal.file, whole.slice(0, at));
    const before = journal.entries();
    expect(before).toEqual([line(1), line(2), line(3)].slice(0, before.length));
    journal.append(line(9));
    expect(journal.entries()).toEqual([...before, line(9)]);
  }
});

test("where the disk is full it says so, and goes on from there once there is room", () => {
  const code = `const { journalOf } = await import(${JSON.stringify(new URL("journal.ts", import.meta.url).href)});
    const journal = journalOf(${JSON.stringify(join(folder, "full"))}, "20260105-e");
    try {
      for (let position = 0; ; position++) journal.append({ kind: "deploying", at: "2026-01-01T00:00:00Z", position });
    } catch (error) {
      process.stdout.write(error.message);
    }`;
  // Files of at most one block: the stand-in of a disk without room.
  const words = ["-c", 'ulimit -f 1 && exec "$0" --input-type=module --eval "$1"', process.execPath, code];
  const { stdout } = spawnSync("sh", words, {
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: "" },
  });
  expect(stdout).toMatch(/The release's journal cannot be written[\s\S]*EFBIG/);
  const journal = journalOf(join(folder, "full"), "20260105-e");
  const before = journal.entries().length;
  expect(before).toBeGreaterThan(3);
  journal.append(line(99));
  expect(journal.entries().slice(before)).toEqual([line(99)]);
});

test("releases are listed with the newest first, and there are none where there is no folder", () => {
  expect(releasesIn(folder)).toEqual(["20260103-c", "20260102-b", "20260101-a"]);
  expect(releasesIn(join(folder, "nothing"))).toEqual([]);
});
