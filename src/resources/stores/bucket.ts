import * as pulumi from "@pulumi/pulumi";
import type { R2 } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { R2Bucket } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";

/** An R2 bucket. */
export class Bucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly store: pulumi.Resource;

  constructor(declared: R2, context: Context) {
    const name = logicalName(context, declared.name);
    const { accountId, stage, provider, hooks } = context;
    super("lockstep:stores:Bucket", name, {}, { provider });
    if (declared.shared === true && !context.ownsShared) {
      // Another stage has created it in this account; a bucket is known by its name.
      this.name = pulumi.output(physicalName(declared, stage));
      this.store = this;
    } else {
      const store = new R2Bucket(
        name,
        {
          accountId,
          name: physicalName(declared, stage),
          jurisdiction: declared.jurisdiction ?? "default",
          storageClass: declared.storageClass ?? "Standard",
        },
        { parent: this, hooks, ...durability(stage) },
      );
      this.name = store.name;
      this.store = store;
    }
    this.registerOutputs({ name: this.name });
  }
}
