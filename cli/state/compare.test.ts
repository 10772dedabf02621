import { expect, test } from "vitest";
import { compare, differenceLines } from "./compare.ts";

const urn = (name: string): string =>
  `urn:pulumi:dev::lockstep::lockstep:stores:Queue$cloudflare:index/queue:Queue::dome/${name}`;
const queue = (name: string, more: object = {}) => ({
  urn: urn(name),
  id: name,
  inputs: { queueName: name },
  ...more,
});

test("resources are added, removed and changed, and only the names of what changed are shown", () => {
  const present = {
    resources: [queue("kept", { modified: "1", dependencies: ["a", "b"] }), queue("gone"), queue("other")],
  };
  const file = {
    resources: [
      queue("kept", { modified: "2", dependencies: ["b", "a"] }),
      queue("new"),
      queue("other", { inputs: { queueName: "value-that-is-not-shown" } }),
    ],
  };
  const difference = compare(present, file);
  expect(difference).toEqual({
    added: [urn("new")],
    removed: [urn("gone")],
    changed: [{ urn: urn("other"), parts: ["inputs.queueName"] }],
    unchanged: 1,
  });
  expect(differenceLines(difference)).toEqual([
    "  + cloudflare:index/queue:Queue  dome/new",
    "  - cloudflare:index/queue:Queue  dome/gone",
    "  ~ cloudflare:index/queue:Queue  dome/other: inputs.queueName",
    "  1 added, 1 removed, 1 changed, 1 unchanged",
  ]);
});

test("a resource that waits to be deleted is another one than its replacement", () => {
  const both = { resources: [queue("x"), queue("x", { id: "old", delete: true })] };
  expect(compare(both, { resources: [queue("x")] }).removed).toEqual([`${urn("x")} (to be deleted, id old)`]);
  expect(compare(both, both).unchanged).toBe(2);
});
