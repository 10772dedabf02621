import { type Bundle, sourceOf } from "../../src/bundle/bundle.ts";
import { cachedBundle } from "../../src/bundle/cached.ts";
import type { System, Worker } from "../../src/declare/index.ts";
import type { SystemStatements } from "../../src/statements/kept.ts";
import { systemStatements } from "../../src/statements/of-system.ts";

/** What the code of a system, as it lies here, gives to its databases. */
export const codeOf = (system: System, root: string): Promise<SystemStatements> =>
  systemStatements(system, (worker) => bundleOf(worker, root), root);

async function bundleOf(worker: Worker, root: string): Promise<Bundle | undefined> {
  const source = sourceOf(worker);
  return source === undefined ? undefined : cachedBundle(source, root);
}
