import { expect, test } from "vitest";
import { unplaced } from "../../diagnostic/place.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import { waitingText } from "./waiting.ts";

const versions = { silo: "v2" };
const opening = { through: "0003_drop.sql", openedAt: "2026-01-01T00:00:00Z", versions };
const said = (
  files: readonly string[],
  more: Partial<Parameters<typeof waitingText>[0]> = {},
): string | undefined => {
  const given = { label: "dome/silo", stage: "dev", files, opening };
  const text = waitingText({ ...given, found: { kind: "eligible", versions }, ...more });
  return text === undefined ? undefined : inPlace(text, unplaced());
};

test("nothing is said about files that are open for the code that serves", () => {
  expect(said(["0003_drop.sql"])).toBeUndefined();
});

test("a file behind the last one that was opened waits, also while the code is the same", () => {
  expect(said(["0005_less.sql"])).toBe(
    "dome/silo: 0005_less.sql waiting, eligible now: just db contract dev",
  );
  expect(said(["0003_drop.sql", "0005_less.sql"])).toContain("dome/silo: 0005_less.sql waiting");
});

test("an opening for other code opens nothing", () => {
  expect(said(["0003_drop.sql"], { found: { kind: "eligible", versions: { silo: "v3" } } })).toContain(
    "0003_drop.sql waiting, eligible now",
  );
});

test("what is missing is said, or the moment from which on nothing is", () => {
  const reasons = ["silo-dev is served by two"];
  expect(said(["0003_drop.sql"], { found: { kind: "waiting", reasons, fromMs: undefined } })).toContain(
    "waiting, not eligible yet: silo-dev is served by two",
  );
  expect(said(["0003_drop.sql"], { found: { kind: "waiting", reasons, fromMs: 0 } })).toContain(
    "waiting, eligible from 1970-01-01T00:00:00.000Z",
  );
});
