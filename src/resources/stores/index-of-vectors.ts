import * as pulumi from "@pulumi/pulumi";
import type { Vectorize } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { VectorizeIndex } from "../../dynamic/vectorize-index.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";

/** A Vectorize index. */
export class IndexOfVectors extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly store: pulumi.Resource;

  constructor(declared: Vectorize, context: Context) {
    const name = logicalName(context, declared.name);
    const { accountId, stage, target, hooks } = context;
    super("lockstep:stores:Index", name, {}, {});
    if (declared.shared === true && !context.ownsShared) {
      // Another stage has created it in this account; an index is known by its name.
      this.name = pulumi.output(physicalName(declared, stage));
      this.store = this;
    } else {
      const metadataIndexes = Object.fromEntries(
        Object.entries(declared.metadataIndexes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
      const { dimensions, metric, description = "" } = declared;
      const store = new VectorizeIndex(
        name,
        { accountId, name: physicalName(declared, stage), dimensions, metric, description, metadataIndexes },
        { parent: this, dependsOn: [target], hooks, ...durability(stage) },
      );
      this.name = store.name;
      this.store = store;
    }
    this.registerOutputs({ name: this.name });
  }
}
