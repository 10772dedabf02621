import { expect, test } from "vitest";
import { system } from "../../declare/index.ts";
import { stageOf } from "../../project/stage.ts";
import { unlistedSystems } from "./unlisted.ts";

const stage = stageOf({ name: "staging" });
const shop = system("shop", []);
const blog = system("blog", []);
const trial = system("trial", [], { stages: ["dev"] });
const both = system("both", [], { stages: ["dev", "staging"] });

test("a declared system that the stack does not list is said, with the file and the line that lists it", () => {
  expect(unlistedSystems([shop, blog], { stage, systems: [shop], retired: [] })).toEqual([
    "System blog is declared and not in this stack. To deploy it, write in Pulumi.staging.yaml: lockstep:systems: [shop, blog]",
  ]);
});

test("each such system has a line of its own, also where the list is empty", () => {
  const lines = unlistedSystems([shop, both], { stage, systems: [], retired: [] });
  expect(lines.map((line) => line.split(" ")[1])).toEqual(["shop", "both"]);
  expect(lines[0]).toMatch(/lockstep:systems: \[shop\]$/);
});

test("nothing is said of a system that was left out on purpose: by its stages, or because it was retired", () => {
  expect(unlistedSystems([shop, trial, blog], { stage, systems: [shop], retired: ["blog"] })).toEqual([]);
});
