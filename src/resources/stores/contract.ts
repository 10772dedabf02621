import type * as pulumi from "@pulumi/pulumi";
import { bindersOf } from "../../declare/graph.ts";
import type { D1, System, Worker } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import type { Migrations } from "../../dynamic/migrations/migrations.ts";
import type { Context } from "../context.ts";
import type { DeployedWorker } from "../workers/workers.ts";
import { migrationStep } from "./migrations.ts";
import type { Stores } from "./stores.ts";
import { tellWaiting } from "./waiting.ts";

/** What the contract migrations of a system wait for. */
export interface ContractsArgs {
  readonly stores: Stores;
  readonly workers: ReadonlyMap<Worker, DeployedWorker>;
  /** Databases whose folder has contract files. */
  readonly contracted: ReadonlySet<D1>;
  /** What has to have gone well besides: smoke tests. */
  readonly after: readonly pulumi.Resource[];
}

/** Contract migrations: after all code that binds the database, and only as far as the stack's configuration opens them. */
export function deployContracts(
  system: System,
  context: Context,
  args: ContractsArgs,
): ReadonlyMap<D1, Migrations> {
  const steps = system.resources.flatMap((declared): (readonly [D1, Migrations])[] => {
    if (declared.kind !== "d1" || declared.migrations === undefined || !args.contracted.has(declared))
      return [];
    const database = args.stores.of(declared);
    const binders = bindersOf(system, declared);
    const released = binders.flatMap((worker) => args.workers.get(worker) ?? []);
    const names = binders.map((worker) => physicalName(worker, context.stage));
    tellWaiting(context, {
      name: declared.name,
      databaseId: database.id,
      directory: declared.migrations,
      workers: names,
    });
    return [
      [
        declared,
        migrationStep(
          declared,
          context,
          {
            databaseId: database.id,
            directory: declared.migrations,
            phase: "contract",
            workers: names,
            versions: Object.fromEntries(
              released.flatMap(({ worker, servesAlone }) =>
                servesAlone === undefined
                  ? []
                  : [[physicalName(worker.declared, context.stage), servesAlone]],
              ),
            ),
          },
          {
            parent: database,
            dependsOn: [database.ready, ...released.map(({ deployment }) => deployment), ...args.after],
          },
        ),
      ],
    ];
  });
  return new Map(steps);
}
