import * as pulumi from "@pulumi/pulumi";
import type { R2 } from "../../../declare/index.ts";
import { physicalName } from "../../../declare/physical-name.ts";
import { R2Bucket } from "../../cloudflare.ts";
import { type ComponentArgs, within } from "../../component.ts";
import { durability } from "../../durability.ts";
import { kinds } from "../../kinds/kinds.ts";
import { adoption } from "../adoption.ts";
import { isAnothers, sharedStore } from "../shared.ts";
import type { StoreComponent } from "../store.ts";
import { bucketSettings } from "./bucket-settings.ts";

/** An R2 bucket. */
export class Bucket extends pulumi.ComponentResource implements StoreComponent {
  readonly name: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;
  readonly settings: readonly pulumi.Resource[];

  constructor(
    name: string,
    { declared, context }: ComponentArgs<R2>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage } = context;
    super(kinds.r2.component, name, {}, opts);
    if (isAnothers(declared, context)) {
      this.store = sharedStore(this, declared, context);
      this.name = pulumi.output(physicalName(declared, stage));
      this.settings = [];
    } else {
      const store = new R2Bucket(
        name,
        {
          accountId,
          name: physicalName(declared, stage),
          jurisdiction: declared.jurisdiction ?? "default",
          storageClass: declared.storageClass ?? "Standard",
        },
        within(this, { ...durability(stage), ...adoption(declared, context) }, opts),
      );
      this.name = store.name;
      this.store = store;
      this.settings = bucketSettings(this, store, declared, context);
    }
    this.id = this.name;
    this.ready = this.store;
    this.registerOutputs({ name: this.name });
  }
}
