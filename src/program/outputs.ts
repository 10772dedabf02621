import type * as pulumi from "@pulumi/pulumi";
import { workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import type { DeployedWorker } from "../resources/workers/workers.ts";
import type { Settings } from "../settings/settings.ts";

/** What a stack tells about itself when it is up, by `<system>/<worker>`. */
export interface Outputs {
  /** Where workers answer; on a real account their workers.dev names are known to Cloudflare only. */
  readonly urls: Readonly<Record<string, string>>;
  /** The version that was uploaded last: what a rollout or a rollback names. */
  readonly versions: Readonly<Record<string, pulumi.Output<string>>>;
}

export const versionsOf = (
  system: System,
  workers: ReadonlyMap<Worker, DeployedWorker>,
): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(
    [...workers].map(([worker, { version }]) => [`${system.name}/${worker.name}`, version.id]),
  );

export function urlsOf(system: System, { stage, target }: Settings): Record<string, string> {
  if (target.kind === "cloudflare") return {};
  const url = (name: string): string =>
    `${target.front.replace("<worker>", name).replace("<account>", target.accountName)}/`;
  return Object.fromEntries(
    workersOf(system)
      .filter((worker) => worker.workersDev)
      .map((worker) => [`${system.name}/${worker.name}`, url(physicalName(worker, stage))]),
  );
}
