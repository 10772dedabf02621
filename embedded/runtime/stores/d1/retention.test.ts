import { expect, test } from "vitest";
import { isBookmark, newBookmark } from "./bookmark.ts";
import type { Snapshot } from "./ledger.ts";
import { outdated } from "./retention.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const nowMs = Date.UTC(2026, 5, 30, 12, 30);

const none = (): number => 0;

function everyMinute(days: number, kept: (n: number) => boolean = () => false): readonly Snapshot[] {
  const count = days * 24 * 60;
  return Array.from({ length: count }, (_, n) => {
    const takenMs = nowMs - (count - n) * minuteMs;
    return { database: "d", bookmark: String(n), sinceMs: takenMs, takenMs, kept: kept(n) };
  });
}

test("minutes become hours and hours become days; of what is older than 30 days one is left", () => {
  const all = everyMinute(40);
  const gone = new Set(outdated(all, nowMs, none));
  const left = all.filter((s) => !gone.has(s));
  const ages = left.map((s) => nowMs - s.takenMs);
  expect(ages.filter((age) => age <= 60 * minuteMs)).toHaveLength(60);
  expect(ages.filter((age) => age > 60 * minuteMs && age <= dayMs)).toHaveLength(24);
  const old = ages.filter((age) => age > 30 * dayMs);
  expect(old).toEqual([30 * dayMs + minuteMs]);
  expect(left.length).toBeLessThan(120);
  expect(outdated(left, nowMs, none)).toEqual([]);
});

test("what was handed out stays for its 30 days, and the newest stays for ever", () => {
  const all = everyMinute(40, (n) => n % 1000 === 0);
  const gone = new Set(outdated(all, nowMs, none));
  for (const s of all.filter((s) => s.kept)) {
    const ageMs = nowMs - s.takenMs;
    if (ageMs <= 30 * dayMs) expect(gone.has(s)).toBe(false);
    else expect(gone.has(s)).toBe(true);
  }
  expect(outdated(all.slice(0, 1), nowMs, none)).toEqual([]);
});

test("large databases keep fewer states for timestamps, but all that were handed out", () => {
  const all = everyMinute(1, (n) => n === 3);
  const gone = new Set(outdated(all, nowMs, () => 100 * 1024 * 1024));
  const left = all.filter((s) => !gone.has(s));
  expect(left.map((s) => s.bookmark)).toEqual(["3", ...all.slice(-11).map((s) => s.bookmark)]);
});

test("bookmarks sort in the order they were made, even when the clock goes back", () => {
  const made = [5000, 5000, 4000, 5001, 70_000, 1].map((ms) => newBookmark(Date.UTC(2026, 0, 1) + ms));
  expect([...made].sort()).toEqual(made);
  expect(made.every(isBookmark)).toBe(true);
});
