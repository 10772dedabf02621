import * as pulumi from "@pulumi/pulumi";
import type { Queue as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { Queue } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";

const fourDaysSeconds = 4 * 24 * 60 * 60;

/** A queue. Bindings know it by name, consumers by id. */
export class MessageQueue extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;

  constructor(declared: Declared, context: Context) {
    const name = logicalName(context, declared.name);
    const { accountId, stage, provider, hooks } = context;
    super("lockstep:stores:Queue", name, {}, { provider });
    const store = new Queue(
      name,
      {
        accountId,
        queueName: physicalName(declared, stage),
        settings: {
          deliveryDelay: declared.deliveryDelaySeconds ?? 0,
          deliveryPaused: false,
          messageRetentionPeriod: declared.messageRetentionSeconds ?? fourDaysSeconds,
        },
      },
      { parent: this, hooks, ...durability(stage) },
    );
    this.name = store.queueName;
    this.id = store.queueId;
    this.store = store;
    this.registerOutputs({ id: this.id, name: this.name });
  }
}
