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

test("the note of a release goes out of the state, its journal goes in, and nothing else changes", () => {
  const without = withoutNote(exported({ release }), release.id, "line");
  expect(JSON.parse(JSON.stringify(without))).toEqual({
    ...exported({}),
    deployment: {
      ...exported({}).deployment,
      resources: exported({}).deployment.resources.map((each) =>
        each.type === type
          ? { ...each, inputs: { ...each.inputs, journals: { [release.id]: "line" } } }
          : each,
      ),
    },
  });
});

test("the note of another release stays", () => {
  const same = JSON.stringify(withoutNote(exported({ release }), "20261130-b", "line"));
  expect(same).toContain(JSON.stringify({ release }).slice(1, -1));
});

test("the state's note is read where there is one", () => {
  const target = { urn: "urn:2", type, name: "target" };
  expect(releaseIn([{ ...target, outputs: { release } }])?.id).toBe(release.id);
  expect(releaseIn([{ ...target, outputs: {} }])).toBeUndefined();
});
