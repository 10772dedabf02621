import * as pulumi from "@pulumi/pulumi";
import type { Kv } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { WorkersKvNamespace } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";

/** A KV namespace. */
export class Namespace extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;

  constructor(declared: Kv, context: Context) {
    const name = logicalName(context, declared.name);
    const { accountId, stage, provider, hooks } = context;
    super("lockstep:stores:Namespace", name, {}, { provider });
    const adopted = context.real ? declared.adopt?.[stage.name] : undefined;
    const store = new WorkersKvNamespace(
      name,
      { accountId, title: physicalName(declared, stage) },
      {
        parent: this,
        hooks,
        ...durability(stage),
        ...(adopted !== undefined && { import: `${accountId}/${adopted}` }),
      },
    );
    this.id = store.id;
    this.store = store;
    this.registerOutputs({ id: this.id });
  }
}
