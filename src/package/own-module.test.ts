import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownModule } from "./own-module.ts";

test("a module beside the one that asks is found with the same extension", () => {
  expect(ownModule(import.meta, "./own-module")).toBe(join(import.meta.dirname, "own-module.ts"));
  expect(existsSync(ownModule(import.meta, "./own-module"))).toBe(true);
});

test("in the installed package the module is JavaScript, whatever stands in the path", () => {
  const url = "file:///a%20home/d%C3%A9p%C3%B4t/node_modules/lockstep/dist/src/smoke/smoke.js";
  expect(ownModule({ url }, "../bundle/build")).toBe(
    "/a home/dépôt/node_modules/lockstep/dist/src/bundle/build.js",
  );
});
