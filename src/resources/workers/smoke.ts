import { Command } from "@pulumi/command/local/command.js";
import { workersOf } from "../../declare/graph.ts";
import type { System, Worker } from "../../declare/index.ts";
import { type Context, logicalName } from "../context.ts";
import type { DeployedWorker } from "./workers.ts";

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
          create: "node src/smoke/ask.ts",
          // Not in the command's line, where a shell would read what is in the path.
          environment: { LOCKSTEP_SMOKE_URL: new URL(worker.smoke, url).href },
          triggers: [version.id, deployment.id],
        },
        { parent: component, dependsOn: [deployment, ...triggers] },
      ),
    ];
  });
}
