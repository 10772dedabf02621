import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import project from "../../project.ts";
import { workersOf } from "../../src/declare/graph.ts";
import { packageRoot } from "../../toolchain/package-root.ts";

/** Of a folder `<top>/<first>/<second>`, every second one, as a path. */
const secondLevel = (top: string): readonly string[] =>
  existsSync(join(packageRoot, top))
    ? readdirSync(join(packageRoot, top)).flatMap((first) =>
        readdirSync(join(packageRoot, top, first)).map((second) => `${top}/${first}/${second}`),
      )
    : [];

const databases = project.systems.flatMap(({ resources }) =>
  resources.flatMap((resource) => (resource.kind === "d1" ? [resource.migrations] : [])),
);
const workers = project.systems.flatMap((system) =>
  workersOf(system).map(({ name }) => `corpus/${system.name}/${name}.json`),
);

test("every folder of migrations belongs to a declared database", () => {
  const folders = secondLevel("migrations");
  expect(folders.length).toBeGreaterThan(0);
  expect(folders.filter((folder) => !databases.includes(folder))).toEqual([]);
});

test("every folder of test data belongs to a declared database", () => {
  const folders = secondLevel("seeds").map((folder) => folder.replace(/^seeds/, "migrations"));
  expect(folders.filter((folder) => !databases.includes(folder))).toEqual([]);
});

test("every file of recorded statements belongs to a declared worker", () => {
  const files = secondLevel("corpus");
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !workers.includes(file))).toEqual([]);
});
