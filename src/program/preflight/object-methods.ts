import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "../../bundle/bundle.ts";
import { workersOf } from "../../declare/graph.ts";
import { isLive, type System, type Worker } from "../../declare/index.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { rpcOf } from "../../statements/rpc.ts";

/**
 * Methods by which a class's storage is backed up and restored that its code does not have. Of a class whose methods are not written out in its worker's
 * main module, or that it does not export, nothing is said here.
 */
export const missingMethods = (
  system: System,
  bundleOf: (worker: Worker) => Bundle | undefined,
  root: string,
): readonly Diagnostic[] =>
  workersOf(system).flatMap((worker) => {
    const declared = Object.entries(worker.durableObjects).flatMap(([className, { backup, ...entry }]) =>
      backup !== undefined && isLive(entry) ? [{ className, backup }] : [],
    );
    const code = declared.length === 0 ? undefined : mainOf(bundleOf(worker), root);
    const rpc = code === undefined ? undefined : rpcOf(code);
    return declared.flatMap(({ className, backup }) => {
      const has = rpc?.methodsOf(className);
      if (has === undefined) return [];
      const missing = [backup.export, backup.import].filter((name) => !has.has(name));
      if (missing.length === 0) return [];
      return [
        {
          what: `Durable Object class ${className} lacks ${missing.map((name) => `${name}()`).join(" and ")}, by which its storage is backed up`,
          where: `${system.name}/${worker.name}, durableObjects.${className}.backup`,
          got: `the class has ${[...has].sort().join(", ") || "no method"}`,
          expected: "methods of the class: one that gives its storage out, and one that takes it back",
          fix: `write ${missing.join(" and ")} into ${className} (docs/backups.md has two whole examples), or correct the names`,
        },
      ];
    });
  });

function mainOf(bundle: Bundle | undefined, root: string): string | undefined {
  const main = bundle?.modules.find(({ name }) => name === bundle.mainModule);
  return main === undefined ? undefined : readFileSync(join(root, main.contentFile), "utf8");
}
