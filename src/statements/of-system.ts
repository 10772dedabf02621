import type { Bundle } from "../bundle/bundle.ts";
import { workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import type { SystemStatements } from "./kept.ts";
import { statementsOf } from "./of-worker.ts";
import { readBundle } from "./read-bundle.ts";

/** What the code of a system gives to its databases; only the bundles of workers that bind one are read. */
export async function systemStatements(
  system: System,
  bundleOf: (worker: Worker) => Promise<Bundle | undefined>,
  root: string,
): Promise<SystemStatements> {
  const binders = workersOf(system).filter((worker) =>
    Object.values(worker.env).some((bound) => typeof bound !== "string" && bound.kind === "d1"),
  );
  const workers = await Promise.all(
    binders.map(async (worker) => {
      const bundle = await bundleOf(worker);
      return bundle === undefined ? [] : [statementsOf(worker, await readBundle(bundle, root))];
    }),
  );
  const folders = system.resources.flatMap((resource) =>
    resource.kind === "d1" && resource.migrations !== undefined ? [[resource.name, resource.migrations]] : [],
  );
  return { folders: Object.fromEntries(folders), workers: workers.flat() };
}
