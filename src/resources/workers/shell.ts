import * as pulumi from "@pulumi/pulumi";
import type { Worker as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { Worker } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { tookOver } from "../context.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { scriptSettings } from "./settings.ts";

/** What the shell of a worker is made from. */
export interface WorkerArgs extends ComponentArgs<Declared> {
  /** What it needs, so that it is deleted before that is. */
  readonly after: readonly pulumi.Resource[];
  /** Whether other workers call it that it calls itself: none of them can be deleted first then. */
  readonly inCycle: boolean;
}

/**
 * A worker: first a shell with a name, so that others can bind it; then versions in it, and a deployment that says which
 * of them answer. `release` makes those.
 */
export class WorkerComponent extends pulumi.ComponentResource {
  readonly declared: Declared;
  readonly shell: Worker;

  constructor(
    name: string,
    { declared, context, after, inCycle }: WorkerArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage, hooks } = context;
    super(kinds.worker.component, name, {}, opts);
    this.declared = declared;
    const holdsData = Object.keys(declared.durableObjects).length > 0;
    this.shell = new Worker(
      name,
      {
        accountId,
        name: physicalName(declared, stage),
        ...scriptSettings(declared, stage),
        ...(inCycle && { force: true }),
      },
      // Deleting a worker deletes the Durable Objects it has, so such a worker is treated as a store.
      within(
        this,
        {
          hooks,
          dependsOn: [...after],
          ...tookOver(context, kinds.worker.type, name),
          ...(holdsData && durability(stage)),
        },
        opts,
      ),
    );
  }

  /** To be called once, when the worker's version and all that hangs on it are registered. */
  released(versionId: pulumi.Output<string>): void {
    this.registerOutputs({ versionId });
  }
}
