import { expect, test } from "vitest";
import { cycles } from "./cycles.ts";
import { importsWithTypes, sources } from "./imports.ts";

const folders = ["cli", "embedded", "policy", "scripts", "src", "test", "toolchain", "workers"];

test("no files import one another in a circle, types included", () => {
  const files = folders.flatMap(sources);
  expect(files.length).toBeGreaterThan(400);
  expect(cycles(files, importsWithTypes)).toEqual([
    // Types alone, and one by nature: a worker binds what is of any kind, workers among it.
    [
      "src/declare/bindings/platform.ts",
      "src/declare/bindings/workflow.ts",
      "src/declare/kinds/kinds.ts",
      "src/declare/workers/durable-object.ts",
      "src/declare/workers/service.ts",
      "src/declare/workers/worker.ts",
    ],
  ]);
});

test("the check would see a cycle, also one of types and one that goes through other files", () => {
  const graph: Readonly<Record<string, readonly string[]>> = {
    a: ["b", "outside"],
    b: ["c"],
    c: ["b", "d"],
    d: ["e"],
    e: ["c"],
    f: ["g", "a"],
    g: ["f"],
    h: ["a", "f"],
  };
  expect(cycles(Object.keys(graph), (file) => graph[file] ?? [])).toEqual([
    ["b", "c", "d", "e"],
    ["f", "g"],
  ]);
  expect(importsWithTypes("embedded/connection.ts")).toContain("embedded/world.ts");
});
