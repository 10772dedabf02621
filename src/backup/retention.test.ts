import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nameOf } from "./name-of.ts";
import { keptIn, retention } from "./retention.ts";
import { standingIn } from "./standing.ts";
import { newestWith } from "./store/heads.ts";
import { emptyHead, noteBackup } from "./testing/drilled.ts";

const at = (text: string): string => nameOf(new Date(text));

test("the newest of each day, week from Monday and month stay, and say why", () => {
  const names = [
    "2026-11-30T10:00:00Z", // a Monday
    "2026-11-30T09:00:00Z",
    "2026-11-29T10:00:00Z",
    "2026-11-28T10:00:00Z",
    "2026-11-22T10:00:00Z",
    "2026-10-31T10:00:00Z",
    "2026-10-01T10:00:00Z",
  ].map(at);
  expect(retention(names, { daily: 2, weekly: 3, monthly: 2 }, at("2026-10-01T10:00:00Z"))).toEqual([
    { name: "20261130T100000Z", because: ["daily", "weekly", "monthly", "newest"] },
    { name: "20261130T090000Z", because: [] },
    { name: "20261129T100000Z", because: ["daily", "weekly"] },
    { name: "20261128T100000Z", because: [] },
    { name: "20261122T100000Z", because: ["weekly"] },
    { name: "20261031T100000Z", because: ["monthly"] },
    { name: "20261001T100000Z", because: ["proven"] },
  ]);
});

test("the newest and the last proven one stay whatever the rule, and a second round lets nothing more go", () => {
  const name = fc
    .date({
      min: new Date("2026-01-01T00:00:00Z"),
      max: new Date("2027-12-31T00:00:00Z"),
      noInvalidDate: true,
    })
    .map(nameOf);
  const few = fc.nat(6);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), few, few, few, (names, daily, weekly, monthly) => {
      const keep = { daily, weekly, monthly };
      const [proven] = names;
      const stay = retention(names, keep, proven).filter(({ because }) => because.length > 0);
      const left = stay.map((each) => each.name);
      expect(left).toContain(proven);
      expect(left).toContain(names.toSorted().at(-1));
      expect(left.length).toBeLessThanOrEqual(daily + weekly + monthly + 2);
      expect(retention(left, keep, proven).every(({ because }) => because.length > 0)).toBe(true);
    }),
  );
});

test("a worker's backup, which has no objects, takes the place of none that has, and of its own kind only the newest stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
  try {
    const written = [
      ["20261129T100000Z", undefined],
      ["20261130T090000Z", undefined],
      ["20261130T100000Z", "worker"],
      ["20261130T110000Z", "worker"],
    ] as const;
    for (const [name, by] of written) {
      mkdirSync(join(folder, name));
      const files = by === undefined ? [{ name: "objects.list", bytes: 1, sha256: "0" }] : [];
      const times = { startedAt: "2026-11-30T10:00:00.000Z", endedAt: "2026-11-30T10:00:00.000Z" };
      const head = { format: "lockstep-backup/1", name, stage: "prod", target: "embedded", accountId: "a" };
      const text = JSON.stringify({ ...head, ...times, previous: null, files, by });
      writeFileSync(join(folder, name, "head.json"), text);
    }
    const kept = keptIn(
      folder,
      { daily: 1, weekly: 0, monthly: 0 },
      standingIn(folder, { keys: [], hasWorker: true }),
    );
    expect(kept).toEqual([
      { name: "20261130T110000Z", because: ["daily", "newest"] },
      { name: "20261130T100000Z", because: [] },
      { name: "20261130T090000Z", because: ["daily", "newest"] },
      { name: "20261129T100000Z", because: [] },
    ]);
    expect(newestWith(folder, "objects.list")?.head.name).toBe("20261130T090000Z");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what nobody can rely on takes the place of none that is kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
  try {
    for (const hour of ["09", "10", "11"]) noteBackup(folder, emptyHead(`2026-11-30T${hour}:00:00Z`));
    writeFileSync(join(folder, "20261130T110000Z", "head.json"), "{");
    const standing = standingIn(folder, { keys: [], hasWorker: false });
    expect(keptIn(folder, { daily: 1, weekly: 0, monthly: 0 }, standing)).toEqual([
      { name: "20261130T100000Z", because: ["daily", "newest"] },
      { name: "20261130T090000Z", because: [] },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
