import { cachedBundle } from "./bundle/cached.ts";
import { type Given, settingsOf } from "./config.ts";
import { check } from "./declare/check/index.ts";
import { workersOf } from "./declare/graph.ts";
import { deploy, type Outputs } from "./deploy.ts";
import { refuse } from "./userError.ts";

/** The whole program: settings, checks, code, resources, in this order, so that nothing is registered when something is wrong. */
export async function program(given: Given): Promise<Outputs> {
  const settings = settingsOf(given);
  refuse(check(settings.systems, settings.stage, given.root));
  const workers = settings.systems.flatMap(workersOf);
  const bundles = await Promise.all(
    workers.map(async (worker) => [worker, await cachedBundle(worker.main, given.root)] as const),
  );
  return deploy(settings, new Map(bundles));
}
