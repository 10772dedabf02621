import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Head } from "../../src/backup/store/head.ts";
import { drilled, emptyHead, noteBackup, noteDrill } from "../../src/backup/testing/drilled.ts";
import { type BackupPlan, system } from "../../src/declare/index.ts";
import { callsOf } from "../../src/diagnostic/place.ts";
import { defineProject } from "../../src/project/project.ts";
import { check } from "./check.ts";
import { prune } from "./prune.ts";
import { requestOf } from "./request.ts";

const said: string[] = [];
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-check-"));
  said.length = 0;
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-30T12:00:00Z") });
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** A stage with one backup of this name, which a drill has proven. */
function proven(backup: string, takenAt: string, settings = "", more: Partial<Head> = {}): void {
  const recipients = `[age1${"q".repeat(58)}]`;
  writeFileSync(
    join(root, "Pulumi.prod.yaml"),
    `config:\n  lockstep:backup:\n    recipients: ${recipients}\n${settings}`,
  );
  const folder = join(root, "backups", "embedded", "prod");
  const digest = noteBackup(folder, emptyHead(takenAt, { name: backup, target: "embedded", ...more }));
  noteDrill(folder, drilled(takenAt, { target: "embedded", backup, digest, databases: [] }));
}
function checked(backup?: BackupPlan, words: readonly string[] = ["--json"]) {
  const systems = [system("dome", [], backup === undefined ? {} : { backup })];
  const project = defineProject({ systems, stages: [{ name: "prod" }] });
  const request = requestOf("backup check", ["prod", ...words], project);
  return check(request, { root, folder: root, project }, { ...callsOf(root), stage: "prod", real: false });
}

test("the alarm is red where a proven backup is older than the last time at which one was due", async () => {
  proven("20261129T030000Z", "2026-11-29T03:00:00Z");
  expect(await checked()).toBe(0);
  expect(await checked({ schedule: "0 3 * * sun" })).toBe(0);
  expect(await checked({ schedule: "0 3 * * *" })).toBe(1);
  expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({
    isProven: true,
    newest: "20261129T030000Z",
    overdue: { dueAt: "2026-11-30T03:00:00.000Z", schedule: "0 3 * * *" },
  });
});

test("the alarm obeys how old a proof may be by the system, and refuses what is said twice or of no stage", async () => {
  proven("20261129T030000Z", "2026-11-29T03:00:00Z");
  expect(await checked({ provenWithinDays: 1 })).toBe(1);
  proven("20261129T030000Z", "2026-11-29T03:00:00Z", "    provenWithinDays: 3\n");
  await expect(checked({ provenWithinDays: 1 })).rejects.toThrow("said by the stage and by a system");
  writeFileSync(join(root, "Pulumi.prod.yaml"), "config: {}\n");
  await expect(checked({ schedule: "0 3 * * *" })).rejects.toThrow("who may read its backups");
});

test("what the stage's own worker wrote is red once there is none, and the alarm says how it is read again; what is older than the key is not", async () => {
  proven("20261130T030000Z", "2026-11-30T03:00:00Z", "", { by: "worker" });
  const keysSince = (since: string): void => {
    const config = join(root, ".lockstep", "config");
    mkdirSync(config, { recursive: true });
    const keys = JSON.stringify([{ key: "a", since }]);
    writeFileSync(join(config, "prod.yaml"), `config:\n  lockstep:publicKeys: ${keys}\n`);
  };
  keysSince("2026-11-30T04:00:00Z");
  expect(await checked()).toBe(0);
  keysSince("2026-11-30T02:00:00Z");
  expect(await checked(undefined, [])).toBe(1);
  expect(said.at(-1)).toContain('put by: "worker" back beside its schedule');
  expect(await checked({ by: "worker", schedule: "0 3 * * *" })).toBe(0);
});

test("a backup that cannot be read is named by the alarm and by prune, stops neither, and is let go by none of them", async () => {
  proven("20261130T030000Z", "2026-11-30T03:00:00Z");
  const folder = join(root, "backups", "embedded", "prod");
  for (const day of ["27", "28", "29"])
    noteBackup(folder, emptyHead(`2026-11-${day}T03:00:00Z`, { target: "embedded" }));
  writeFileSync(join(folder, "20261128T030000Z", "head.json"), "{");
  mkdirSync(join(folder, "20261130T040000Z"));
  expect(await checked(undefined, [])).toBe(1);
  expect(said.at(-1)).toContain("is proven: 0 rows");
  expect(said.at(-1)).toMatch(/RED: 20261128T030000Z counts for nothing: its head\.json cannot be read: /);
  expect(said.at(-1)).toContain("RED: 20261130T040000Z counts for nothing: it has no head.json");

  said.length = 0;
  const settings = "    keep: { daily: 1, weekly: 0, monthly: 0 }\n";
  const stackFile = join(root, "Pulumi.prod.yaml");
  writeFileSync(stackFile, `${readFileSync(stackFile, "utf8")}${settings}`);
  const project = defineProject({ systems: [], stages: [{ name: "prod" }] });
  const request = requestOf("backup prune", ["prod", "--yes"], project);
  expect(await prune(request, { root, folder: root, project })).toBe(0);
  expect(said.join("")).toContain("stays where it is: 20261128T030000Z counts for nothing");
  expect(readdirSync(folder).sort()).toEqual([
    "20261128T030000Z",
    "20261130T030000Z",
    "20261130T040000Z",
    "journal",
  ]);
});

test("what a drill proved counts no more once its head is another: what was proven before it does", async () => {
  proven("20261129T030000Z", "2026-11-29T03:00:00Z");
  proven("20261130T030000Z", "2026-11-30T03:00:00Z");
  const head = join(root, "backups", "embedded", "prod", "20261130T030000Z", "head.json");
  writeFileSync(head, readFileSync(head, "utf8").replace('"a"', '"b"'));
  expect(await checked()).toBe(0);
  expect(said.at(-1)).toContain("20261129T030000Z, 1.4 days old, is proven");
  writeFileSync(head.replace("1130", "1129"), "garbage");
  expect(await checked()).toBe(1);
  expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({
    ...{ isProven: false, kind: "refuted", newest: "20261130T030000Z" },
    faults: [{ name: "20261129T030000Z", kind: "unreadable" }],
  });
});
