import type * as pulumi from "@pulumi/pulumi";
import type { System } from "../../declare/index.ts";
import { QueueConsumer } from "../cloudflare.ts";
import { type Context, logicalName, movedHere } from "../context.ts";
import { makesWay } from "./own-consumer.ts";
import type { Stores } from "./stores.ts";

/** Consumers that come for their messages over HTTP. Every setting is explicit: left out, one that was declared before would stay. */
export function deployPullConsumers(system: System, context: Context, stores: Stores): pulumi.Resource[] {
  const { accountId, provider } = context;
  return system.resources.flatMap((declared) => {
    if (declared.kind !== "queue" || declared.pullConsumer === undefined) return [];
    const { deadLetter, ...settings } = declared.pullConsumer;
    return [
      new QueueConsumer(
        `${logicalName(context, declared.name)}/pull`,
        {
          accountId,
          queueId: stores.of(declared).id,
          type: "http_pull",
          ...(deadLetter !== undefined && { deadLetterQueue: stores.of(deadLetter).name }),
          settings: {
            batchSize: settings.batchSize ?? 5,
            maxRetries: settings.maxRetries ?? 3,
            retryDelay: settings.retryDelaySeconds ?? 0,
            visibilityTimeoutMs: settings.visibilityTimeoutMs ?? 30_000,
          },
        },
        {
          parent: stores.of(declared),
          provider,
          ...consumerOptions(context, `${logicalName(context, declared.name)}/pull`),
        },
      ),
    ];
  });
}

/** Options of a queue's consumer: where the queue had another one, that one ends before this one begins, as a queue has one. */
export const consumerOptions = (
  context: Context,
  name: string,
): Pick<pulumi.CustomResourceOptions, "aliases" | "deleteBeforeReplace" | "hooks" | "replaceOnChanges"> => ({
  hooks: { ...context.hooks, beforeCreate: [...(context.hooks.beforeCreate ?? []), makesWay(name, context)] },
  ...movedHere(context, "cloudflare:index/queueConsumer:QueueConsumer", name, ["scriptName", "type"]),
});
