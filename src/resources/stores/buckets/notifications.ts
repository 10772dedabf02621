import type * as pulumi from "@pulumi/pulumi";
import { filterOf } from "../../../declare/check/stores/notifications.ts";
import type { BucketNotification, Queue, R2, System } from "../../../declare/index.ts";
import { type inputs, R2BucketEventNotification } from "../../cloudflare.ts";
import { type Context, logicalName } from "../../context.ts";
import type { Stores } from "../stores.ts";
import { makesWayForRules } from "./own-rules.ts";

/** Which actions an event stands for, in the order in which wrangler sends them. */
const actions: Readonly<Record<BucketNotification["events"][number], readonly string[]>> = {
  "object-create": ["PutObject", "CompleteMultipartUpload", "CopyObject"],
  "object-delete": ["DeleteObject", "LifecycleDeletion"],
};

/** What buckets tell queues: a resource for each bucket and queue, after both; also of a bucket that another stage has made. */
export function deployNotifications(system: System, context: Context, stores: Stores): pulumi.Resource[] {
  return system.resources.flatMap((declared) =>
    declared.kind === "r2"
      ? queuesOf(declared).map((queue) => notification(declared, queue, context, stores))
      : [],
  );
}

const queuesOf = ({ notifications = [] }: R2): readonly Queue[] => [
  ...new Set(notifications.map(({ queue }) => queue)),
];

function notification(bucket: R2, queue: Queue, context: Context, stores: Stores): R2BucketEventNotification {
  const { accountId, stage, hooks, provider } = context;
  const told = (bucket.notifications ?? []).filter((each) => each.queue === queue);
  const name = `${logicalName(context, bucket.name)}/${queue.name}`;
  return new R2BucketEventNotification(
    name,
    {
      accountId,
      bucketName: stores.of(bucket).name,
      jurisdiction: bucket.jurisdiction ?? "default",
      queueId: stores.of(queue).id,
      rules: told.map((each) => ruleOf(each, stage.name)),
    },
    {
      parent: stores.of(bucket),
      provider,
      hooks: { ...hooks, beforeCreate: [...(hooks.beforeCreate ?? []), makesWayForRules(name, context)] },
      dependsOn: [stores.of(bucket).store, stores.of(queue).store],
    },
  );
}

function ruleOf(told: BucketNotification, stage: string): inputs.R2BucketEventNotificationRule {
  const prefix = filterOf(told.prefix, stage);
  const suffix = filterOf(told.suffix, stage);
  return {
    actions: told.events.flatMap((event) => [...actions[event]]),
    ...(prefix !== undefined && { prefix }),
    ...(suffix !== undefined && { suffix }),
  };
}
