import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journalOf } from "../../release/journal/journal.ts";
import { releasesFolder } from "../../release/journal/under-way.ts";
import { releaseVariable } from "../../release/variable.ts";
import { refuseDuringRelease } from "./releasing.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-releasing-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = "2026-11-30T13:00:00Z";
const targets = (outputs: Readonly<Record<string, unknown>>) => [
  { urn: "urn:target", type: "pulumi-nodejs:dynamic/lockstep:Target", name: "target", outputs },
];
const up = (outputs: Readonly<Record<string, unknown>>, release?: string) => () =>
  refuseDuringRelease(targets(outputs), {
    ...{ root: folder, target: "embedded", stage: "dev" },
    env: release === undefined ? {} : { [releaseVariable]: release },
  });

test("an up is refused from the moment at which a release was begun in this folder, and let through when it has ended", () => {
  expect(up({})).not.toThrow();
  const journal = journalOf(releasesFolder(folder, "embedded", "dev"), "20261130-a");
  journal.append({ kind: "begun", at, id: "20261130-a", stage: "dev", by: "mia" });
  expect(up({})).toThrow(/Release 20261130-a of dev is under way; nothing was changed/);
  expect(up({}, "20261130-b")).toThrow(/mia began the release at 2026-11-30T13:00:00Z/);
  expect(up({}, "20261130-a")).not.toThrow();
  journal.append({ kind: "aborted", at });
  expect(up({})).not.toThrow();
});

test("one that was begun elsewhere is known by the stack's state", () => {
  const state = { release: { id: "20261130-c", by: "lea", at } };
  expect(up(state)).toThrow(/Release 20261130-c of dev is under way/);
  expect(up(state, "20261130-c")).not.toThrow();
});
