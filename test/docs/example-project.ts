import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../toolchain/package-root.ts";

/** The package's entries, as its sources: what is published is made from them. */
const entries = {
  ".": "./src/index.ts",
  "./program": "./src/program/index.ts",
  "./dynamic": "./entry/dynamic.cjs",
  "./smoke": "./entry/smoke.cjs",
  "./preload": "./toolchain/preload.cjs",
};

/** An example of the docs in a folder of its own, with this library as its package `lockstep`. */
export function exampleProject(name: string): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "lockstep example "));
  cpSync(join(packageRoot, "docs/examples", name), folder, { recursive: true });
  const library = join(folder, "node_modules/lockstep");
  mkdirSync(library, { recursive: true });
  writeFileSync(
    join(library, "package.json"),
    JSON.stringify({ name: "lockstep", type: "module", exports: entries }),
  );
  // Where npm would put it: the engine looks for the SDK in the project.
  symlinkSync(join(packageRoot, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  for (const part of ["src", "entry", "toolchain"]) symlinkSync(join(packageRoot, part), join(library, part));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }) };
}
