import { expect, test } from "vitest";
import { releaseIn, withoutNote } from "./state-note.ts";

const type = "pulumi-nodejs:dynamic/lockstep:Target";
const release = { id: "20261130-a", by: "mia", at: "2026-11-30T13:00:00Z" };
const exported = (note: Readonly<Record<string, unknown>>) => ({
  version: 3,
  deployment: {
    manifest: { time: "now" },
    resources: [
      { urn: "urn:1", type: "pulumi:pulumi:Stack", outputs: { release: { ...release, of: "somebody" } } },
      { urn: "urn:2", type, inputs: { stage: "dev", ...note }, outputs: { stage: "dev", ...note } },
    ],
    pending_operations: [{ type: "updating" }],
  },
});

test("the note of a release goes out of the state, and nothing else", () => {
  expect(withoutNote(exported({ release }), release.id)).toEqual(exported({}));
});

test("the note of another release stays", () => {
  expect(withoutNote(exported({ release }), "20261130-b")).toEqual(exported({ release }));
});

test("the state's note is read where there is one", () => {
  const target = { urn: "urn:2", type, name: "target" };
  expect(releaseIn([{ ...target, outputs: { release } }])?.id).toBe(release.id);
  expect(releaseIn([{ ...target, outputs: {} }])).toBeUndefined();
});
