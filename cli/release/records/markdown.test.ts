import { expect, test } from "vitest";
import type { Entry } from "../../../src/release/journal/entry.ts";
import { mostBytes, releaseMarkdown } from "./markdown.ts";

const at = "2026-11-30T12:00:00Z";
const nasty = "@everyone </code></details>|`` ```\n# [x](http://evil.example) <img src=x> \u202e";
const position = (worker: string) => ({
  ...{ workers: [worker], percent: 10, soakSeconds: 60, gates: [] },
  ...{ intervalSeconds: 60, ingestionSeconds: 120, patienceSeconds: 60 },
});
const journal = (said: string, workers: number, lines: number): readonly Entry[] => [
  { kind: "begun", at, id: "20261130-120000-a1b2", stage: said, by: said },
  {
    kind: "prepared",
    at,
    workers: Array.from({ length: workers }, (_, i) => ({
      ...{ label: `${said}/${i}`, script: said, stable: said, fresh: said, observed: true },
    })),
    positions: Array.from({ length: workers }, () => position(said)),
    digests: { [said]: "sha256:9f86d081884c7d659a2feaa0c55ad015" },
  },
  ...Array.from({ length: workers }, (_, i): Entry => ({ kind: "deployed", at, position: i })),
  ...Array.from(
    { length: lines },
    (_, i): Entry => ({
      ...{ kind: "measured", at, position: i % Math.max(1, workers) },
      judged: [{ worker: said, gate: said, verdict: "fail", reason: said }],
    }),
  ),
  ...Array.from(
    { length: lines },
    (): Entry => ({ kind: "wished", at, wish: "skip-gate", by: said, gate: said, reason: said }),
  ),
  { kind: "aborting", at, reason: said },
  { kind: "aborted", at },
];

test("a release tells who, what, what was measured and why it went back", () => {
  const text = releaseMarkdown(journal("shop", 1, 1));
  expect(text).toContain("## 🔴 Release <code>20261130-120000-a1b2</code> of <code>shop</code>: went back");
  expect(text).toContain("Begun by <code>shop</code>");
  expect(text).toContain("**Why it went back:** shop");
  expect(text).toContain("sha256&#58;9f86d081884c");
  expect(text).toContain("fail (skipped): <code>shop shop</code> shop");
  expect(text).toContain("going back to the stable version: shop");
});

test("nothing that anybody wrote is taken for Markdown, outside of the block that nothing in it ends", () => {
  const text = releaseMarkdown(journal(nasty, 2, 3));
  const [before = "", ...rest] = text.split("<details>");
  expect(before).not.toMatch(/@everyone|<img|\]\(|\u202e/);
  expect(before.match(/<\/details>/)).toBeNull();
  const fold = rest.join("<details>");
  const fence = /^(`{3,})text$/m.exec(fold)?.[1] ?? "";
  expect(fold.split("\n").filter((line) => line.startsWith(fence))).toHaveLength(2);
  expect(text).not.toContain("\u202e");
});

test("however much there is to tell, it is below GitHub's limit", () => {
  for (const text of [journal(nasty.repeat(20), 60, 60), journal("é".repeat(2_000), 10, 200)])
    expect(Buffer.byteLength(releaseMarkdown(text))).toBeLessThanOrEqual(mostBytes);
});
