import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drilled, noteDrill } from "../testing/drilled.ts";
import { rowsReadLines } from "./rows-read.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-rows-read-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function note(text: string): void {
  mkdirSync(join(folder, "journal"), { recursive: true });
  writeFileSync(join(folder, "journal", "1.json"), text);
}

const silo = { key: "dome/silo", sizeBytes: 4_100_000 };
const jobs = { key: "jobmatch/jobs", sizeBytes: 23_450 };

test("the rows that will be read are those that the newest drill counted, and a guess by the size where none did", () => {
  expect(rowsReadLines(folder, [])).toEqual([]);
  expect(rowsReadLines(folder, [jobs])).toEqual([
    "about 235 rows will be read, which D1 bills:",
    "  jobmatch/jobs: a guess, its 23450 bytes at 100 bytes a row: no drill has counted them yet",
  ]);
  noteDrill(
    folder,
    drilled("2026-11-29T12:00:00Z", {
      databases: [{ name: "dome/silo", tables: 2, rows: 41_000, seconds: 1 }],
    }),
  );
  expect(rowsReadLines(folder, [silo, jobs])).toEqual([
    "about 41235 rows will be read, which D1 bills:",
    "  dome/silo: 41000, as a drill counted in the backup of 2026-11-29T12:00:00Z",
    "  jobmatch/jobs: a guess, its 23450 bytes at 100 bytes a row: no drill has counted them yet",
    "  a database of more than 4 MB that is written to meanwhile is read up to 3 times",
  ]);
});

test("a journal that cannot be read keeps nobody from a backup, and is said", () => {
  note("{");
  expect(rowsReadLines(folder, [jobs])[1]).toContain(`the journal of drills in ${folder} cannot be read`);
});
