import { expect, test } from "vitest";
import { amended } from "./manifest.ts";

const amend = (own: object | undefined) =>
  amended(own && JSON.stringify(own, null, 4), "shop", { lockstep: "1.0.0" }, { vitest: "5.0.0" });

test("a folder without a package.json gets one that npm can use", () => {
  expect(JSON.parse(amend(undefined).text)).toEqual({
    name: "shop",
    private: true,
    type: "module",
    scripts: { start: "lockstep start", test: "vitest run" },
    dependencies: { lockstep: "1.0.0" },
    devDependencies: { vitest: "5.0.0" },
  });
});

test("what is there stays as it is: scripts, versions, other members, the indentation", () => {
  const own = {
    name: "shop",
    description: "ours",
    scripts: { test: "jest", lint: "biome" },
    dependencies: { lockstep: "file:../lockstep.tgz", vitest: "4.0.0" },
  };
  const { text, added, left } = amend(own);
  expect(JSON.parse(text)).toEqual({
    ...own,
    type: "module",
    scripts: { test: "jest", lint: "biome", start: "lockstep start" },
    devDependencies: {},
  });
  expect(text).toContain('\n    "description"');
  expect(added).toEqual(["type", "scripts.start"]);
  expect(left).toEqual(["scripts.test"]);
});

test("a project of CommonJS modules is refused before anything is written", () => {
  expect(() => amend({ name: "shop", type: "commonjs" })).toThrow(/CommonJS[\s\S]*type[\s\S]*commonjs/);
});

test("a package.json that is none is named", () => {
  expect(() => amended("{ nonsense", "shop", {}, {})).toThrow(/package\.json cannot be read/);
  expect(() => amended('{ "scripts": [] }', "shop", {}, {})).toThrow(/package\.json cannot be read/);
});
