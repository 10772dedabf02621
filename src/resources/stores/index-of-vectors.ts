import * as pulumi from "@pulumi/pulumi";
import type { Vectorize } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { VectorizeIndex } from "../../dynamic/vectorize-index.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { isAnothers, sharedStore } from "./shared.ts";
import type { StoreComponent } from "./store.ts";

/** A Vectorize index. */
export class IndexOfVectors extends pulumi.ComponentResource implements StoreComponent {
  readonly name: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<Vectorize>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage, target, hooks } = context;
    super(kinds.vectorize.component, name, {}, opts);
    if (isAnothers(declared, context)) {
      this.store = sharedStore(this, declared, context);
      this.name = pulumi.output(physicalName(declared, stage));
    } else {
      const metadataIndexes = Object.fromEntries(
        Object.entries(declared.metadataIndexes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
      const { dimensions, metric, description = "", recipe } = declared;
      const store = new VectorizeIndex(
        name,
        {
          accountId,
          name: physicalName(declared, stage),
          dimensions,
          metric,
          description,
          metadataIndexes,
          ...(recipe !== undefined && "model" in recipe && { model: recipe.model }),
          takesOver:
            declared.shared === true || declared.adopt?.[stage.name] === physicalName(declared, stage),
          halfMade: context.halfMade.has(`${kinds.vectorize.type} ${name}`),
        },
        within(this, { dependsOn: [target], hooks, ...durability(stage) }, opts),
      );
      this.name = store.name;
      this.store = store;
    }
    this.id = this.name;
    this.ready = this.store;
    this.registerOutputs({ name: this.name });
  }
}
