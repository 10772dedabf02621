import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsWithTypes, root } from "./imports.ts";
import { isTestCode, type Room, rooms } from "./rooms.ts";

const tops = ["cli", "embedded", "entry", "harness", "policy", "scripts", "src", "toolchain", "workers"];
const files = [
  ...tops.flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|mjs|cjs|js)$/.test(name) && !/(^|\/)node_modules\//.test(name))
      .map((name) => join(top, name)),
  ),
  "index.ts",
  "project.ts",
].sort();
const shipped = files.filter((file) => !isTestCode(file));

const lies = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** The smallest room that a file lies in. */
const roomOf = (file: string, table = rooms): Room | undefined =>
  table.filter(({ room }) => lies(file, room)).toSorted((a, b) => b.room.length - a.room.length)[0];

/** Imports that the table does not allow, as `file → target`. */
const breaches = (
  all: readonly string[],
  importsOf: (file: string) => readonly string[] = importsWithTypes,
  table = rooms,
): readonly string[] =>
  all.flatMap((file) => {
    const own = roomOf(file, table);
    return importsOf(file)
      .filter((target) => files.includes(target) && !isTestCode(target))
      .filter((target) => roomOf(target, table) !== own && !own?.may.some((room) => lies(target, room)))
      .map((target) => `${file} → ${target}`);
  });

test("no room imports one that it may not, types included", () => {
  expect(shipped.length).toBeGreaterThan(400);
  expect(breaches(shipped)).toEqual([]);
});

test("every file that ships lies in a room, and every room has files", () => {
  expect(shipped.filter((file) => roomOf(file) === undefined)).toEqual([]);
  expect(rooms.filter(({ room }) => !shipped.some((file) => roomOf(file)?.room === room))).toEqual([]);
});

test("the rooms stand on one another and on no room that stands on them", () => {
  /** A folder that is named holds rooms; those it has above the one that names it are no part of what is meant. */
  const below = (room: Room): readonly Room[] =>
    rooms.filter((other) => other !== room && room.may.some((name) => lies(other.room, name)));
  const reaches = (from: Room, to: Room, seen = new Set<Room>()): boolean =>
    below(from).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  expect(rooms.filter((room) => reaches(room, room)).map(({ room }) => room)).toEqual([
    // A project's declarations and its code name each other's types; they are one.
    "src/systems",
    "workers",
  ]);
  expect(new Set(rooms.map(({ room }) => room)).size).toBe(rooms.length);
  expect(
    rooms.flatMap(({ may }) => may).filter((name) => !existsSync(join(root, name)) && name !== "index.ts"),
  ).toEqual([]);
});

test("nothing that ships imports code for tests", () => {
  const found = shipped.flatMap((file) =>
    importsWithTypes(file)
      .filter((target) => !target.startsWith("..") && files.includes(target) && isTestCode(target))
      .map((target) => `${file} → ${target}`),
  );
  expect(found).toEqual([]);
  expect(files.filter(isTestCode).length).toBeGreaterThan(150);
});

test("the check would see a breach: an import upward, and one of a type", () => {
  expect(breaches(["src/migrations/sql/split.ts"], () => ["src/migrations/lint/lint.ts"])).toEqual([
    "src/migrations/sql/split.ts → src/migrations/lint/lint.ts",
  ]);
  const none = rooms.map(({ room }) => ({ room, may: [] }));
  expect(breaches(["src/migrations/plan/opening.ts"], importsWithTypes, none)).toContain(
    "src/migrations/plan/opening.ts → src/cloudflare/deployments.ts",
  );
});
