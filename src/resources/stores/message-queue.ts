import * as pulumi from "@pulumi/pulumi";
import type { Queue as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { Queue } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { adoption } from "./adoption.ts";
import type { StoreComponent } from "./store.ts";

const fourDaysSeconds = 4 * 24 * 60 * 60;

/** How long a queue keeps a message that nobody takes off it. */
export const retentionSeconds = ({ messageRetentionSeconds }: Declared): number =>
  messageRetentionSeconds ?? fourDaysSeconds;

/** A queue. Bindings know it by name, consumers by id. */
export class MessageQueue extends pulumi.ComponentResource implements StoreComponent {
  readonly name: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<Declared>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage } = context;
    super(kinds.queue.component, name, {}, opts);
    const store = new Queue(
      name,
      {
        accountId,
        queueName: physicalName(declared, stage),
        settings: {
          deliveryDelay: declared.deliveryDelaySeconds ?? 0,
          deliveryPaused: declared.paused ?? false,
          messageRetentionPeriod: retentionSeconds(declared),
        },
      },
      within(this, { ...durability(stage), ...adoption(declared, context) }, opts),
    );
    this.name = store.queueName;
    this.id = store.queueId;
    this.store = store;
    this.ready = this.store;
    this.registerOutputs({ id: this.id, name: this.name });
  }
}
