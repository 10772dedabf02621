import { Command } from "@pulumi/command/local/command.js";
import { workersOf } from "../../declare/graph.ts";
import type { System, Worker } from "../../declare/index.ts";
import { type Context, logicalName } from "../context.ts";
import type { DeployedWorker } from "./workers.ts";

/**
 * Run by a shell in the project's folder, perhaps years later: a state keeps it. It names an entry of the package, no file, so that it is right wherever the
 * library lies, and can move.
 */
const smokeCommand = `node --eval "require('lockstep/smoke')"`;

/** Asks each worker that declares a smoke test, after every deployment of it. A worker that does not answer stops the `up`. */
export function deploySmoke(
  system: System,
  context: Context,
  workers: ReadonlyMap<Worker, DeployedWorker>,
  urls: Readonly<Record<string, string>>,
): Command[] {
  return workersOf(system).flatMap((worker) => {
    const name = logicalName(context, worker.name);
    const [deployed, url] = [workers.get(worker), urls[name]];
    if (worker.smoke === undefined || deployed === undefined || url === undefined) return [];
    const { worker: component, version, deployment, triggers } = deployed;
    return [
      new Command(
        `${name}/smoke`,
        {
          create: smokeCommand,
          // Not in the command's line, where a shell would read what is in the path.
          environment: { LOCKSTEP_SMOKE_URL: new URL(worker.smoke, url).href },
          triggers: [version.id, deployment.id],
        },
        {
          parent: component,
          dependsOn: [deployment, ...triggers],
          // Stacks of earlier versions go on with the command that they were made with (`node src/smoke/ask.ts`): a change would be shown in each of them.
          ignoreChanges: ["create"],
        },
      ),
    ];
  });
}
