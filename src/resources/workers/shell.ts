import * as pulumi from "@pulumi/pulumi";
import type { Worker as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { Worker } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";

/** Everything explicit: what is left out, the API fills in, and a later plan would show it as a change. */
const observability = {
  enabled: true,
  headSamplingRate: 1,
  logs: { enabled: true, headSamplingRate: 1, invocationLogs: true, persist: true, destinations: [] },
  traces: { enabled: false, headSamplingRate: 1, persist: true, destinations: [] },
};

/**
 * A worker: first a shell with a name, so that others can bind it; then versions in it, and a deployment that says which
 * of them answer. `release` makes those.
 */
export class WorkerComponent extends pulumi.ComponentResource {
  readonly declared: Declared;
  readonly shell: Worker;

  /** @param inCircle whether other workers call it that it calls itself: none of them can be deleted first then */
  constructor(declared: Declared, context: Context, after: readonly pulumi.Resource[], inCircle: boolean) {
    const name = logicalName(context, declared.name);
    const { accountId, stage, provider, hooks } = context;
    super("lockstep:workers:Worker", name, {}, { provider });
    this.declared = declared;
    const holdsData = Object.keys(declared.durableObjects).length > 0;
    this.shell = new Worker(
      name,
      {
        accountId,
        name: physicalName(declared, stage),
        logpush: false,
        observability,
        subdomain: { enabled: declared.workersDev, previewsEnabled: false },
        tags: [],
        tailConsumers: [],
        ...(inCircle && { force: true }),
      },
      // Deleting a worker deletes the Durable Objects it has, so such a worker is treated as a store.
      { parent: this, hooks, dependsOn: [...after], ...(holdsData && durability(stage)) },
    );
  }

  /** To be called once, when the worker's version and all that hangs on it are registered. */
  released(versionId: pulumi.Output<string>): void {
    this.registerOutputs({ versionId });
  }
}
