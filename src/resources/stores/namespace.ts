import * as pulumi from "@pulumi/pulumi";
import type { Kv } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { WorkersKvNamespace } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { adoption } from "./adoption.ts";
import type { StoreComponent } from "./store.ts";

/** A KV namespace. */
export class Namespace extends pulumi.ComponentResource implements StoreComponent {
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<Kv>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage } = context;
    super(kinds.kv.component, name, {}, opts);
    const store = new WorkersKvNamespace(
      name,
      { accountId, title: physicalName(declared, stage) },
      within(
        this,
        {
          ...durability(stage),
          ...adoption(declared, context),
        },
        opts,
      ),
    );
    this.id = store.id;
    this.store = store;
    this.ready = this.store;
    this.registerOutputs({ id: this.id });
  }
}
