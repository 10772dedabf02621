import { z } from "zod";
import type { QueueSettings } from "../../runtime/queues.ts";
import type { State, Stored } from "../../state.ts";
import { ApiError } from "../http/service.ts";
import { bucketsNotifying } from "../r2/buckets.ts";
import { activeDeployment, findWorker, listWorkers, versionById } from "../workers/registry.ts";

export const queueKind = "queue";
/** Named after its queue's id: that a queue has one consumer at most is then the state's own rule. */
export const consumerKind = "queueConsumer";

const queueBody = z.object({
  createdOn: z.string(),
  modifiedOn: z.string(),
  settings: z.object({
    delivery_delay: z.number(),
    delivery_paused: z.boolean(),
    message_retention_period: z.number(),
  }),
  jurisdiction: z.string().optional(),
  purgedOn: z.string().optional(),
});
export type QueueBody = z.infer<typeof queueBody>;

export interface Queue extends QueueBody {
  readonly account: string;
  readonly id: string;
  readonly name: string;
}

const workerSettings = z.object({
  batch_size: z.number(),
  max_retries: z.number(),
  max_wait_time_ms: z.number(),
  max_concurrency: z.number().nullable(),
  retry_delay: z.number(),
});
const pullSettings = z.object({
  batch_size: z.number(),
  max_retries: z.number(),
  retry_delay: z.number(),
  visibility_timeout_ms: z.number(),
});

const consumerBody = z
  .discriminatedUnion("type", [
    // The worker by its id, which a rename does not change.
    z.object({ type: z.literal("worker"), workerId: z.string(), settings: workerSettings }),
    z.object({ type: z.literal("http_pull"), settings: pullSettings }),
  ])
  .and(z.object({ createdOn: z.string(), queueId: z.string(), deadLetterQueueId: z.string().optional() }));
export type ConsumerBody = z.infer<typeof consumerBody>;
export type Consumer = ConsumerBody & { readonly account: string; readonly id: string };

const asQueue = (stored: Stored): Queue => ({
  account: stored.account,
  id: stored.id,
  name: stored.name,
  ...queueBody.parse(stored.body),
});
export const asConsumer = (stored: Stored): Consumer => ({
  account: stored.account,
  id: stored.id,
  ...consumerBody.parse(stored.body),
});

/** Throws Cloudflare's 11000 when there is none. */
export function requireQueue(state: State, account: string, id: string): Queue {
  const stored = state.get(account, queueKind, id);
  if (stored === undefined) throw new ApiError(404, 11_000, "Queue does not exist");
  return asQueue(stored);
}

export const listQueues = (state: State, account: string): readonly Queue[] =>
  state.list(account, queueKind).map(asQueue);
export const everyQueue = (state: State): readonly Queue[] => state.everywhere(queueKind).map(asQueue);

export function consumerOf(state: State, queue: Queue): Consumer | undefined {
  const stored = state.byName(queue.account, consumerKind, queue.id);
  return stored === undefined ? undefined : asConsumer(stored);
}

/** The names of the queues whose batches this script is handed: what keeps it from being deleted. */
export function queuesConsumedBy(state: State, account: string, script: string): readonly string[] {
  const worker = findWorker(state, account, script);
  return listQueues(state, account).flatMap((queue) => {
    const consumer = consumerOf(state, queue);
    return worker !== undefined && consumer?.type === "worker" && consumer.workerId === worker.id
      ? [queue.name]
      : [];
  });
}

export const brokerSettings = ({ name, settings }: Queue): QueueSettings => ({
  name,
  deliveryDelaySeconds: settings.delivery_delay,
  deliveryPaused: settings.delivery_paused,
  messageRetentionSeconds: settings.message_retention_period,
});

/** Scripts whose deployed versions have a binding to the queue: queue id → names of scripts. */
export function producers(state: State, account: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const worker of listWorkers(state, account)) {
    const deployed = activeDeployment(state, worker)?.versions ?? [];
    const targets = deployed.flatMap(({ version_id }) => {
      const version = versionById(state, worker, version_id);
      return (
        version?.bindings.flatMap((binding) =>
          binding.type === "queue" ? (version.targets[binding.name] ?? []) : [],
        ) ?? []
      );
    });
    for (const queueId of new Set(targets)) found.set(queueId, [...(found.get(queueId) ?? []), worker.name]);
  }
  return found;
}

/** A queue as the API shows it. */
export function shownQueue(state: State, queue: Queue, producing = producers(state, queue.account)): object {
  const consumer = consumerOf(state, queue);
  const scripts = producing.get(queue.id) ?? [];
  const shownProducers = [
    ...scripts.map((script) => ({ type: "worker", script })),
    ...bucketsNotifying(state, queue.account, queue.id).map((name) => ({
      type: "r2_bucket",
      bucket_name: name,
    })),
  ];
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: queue.createdOn,
    modified_on: queue.modifiedOn,
    settings: queue.settings,
    ...(queue.jurisdiction === undefined ? {} : { jurisdiction: queue.jurisdiction }),
    producers: shownProducers,
    producers_total_count: shownProducers.length,
    consumers: consumer === undefined ? [] : [shownConsumer(state, queue, consumer)],
    consumers_total_count: consumer === undefined ? 0 : 1,
  };
}

/** A consumer as the API shows it: with `script` and `script_name`, because some clients read one and some the other. */
export function shownConsumer(state: State, queue: Queue, consumer: Consumer): object {
  const script =
    consumer.type === "worker" ? findWorker(state, queue.account, consumer.workerId)?.name : undefined;
  const deadLetterQueue =
    consumer.deadLetterQueueId === undefined
      ? undefined
      : state.get(queue.account, queueKind, consumer.deadLetterQueueId)?.name;
  return {
    consumer_id: consumer.id,
    type: consumer.type,
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: consumer.createdOn,
    settings: consumer.settings,
    ...(script === undefined ? {} : { script, script_name: script }),
    ...(deadLetterQueue === undefined ? {} : { dead_letter_queue: deadLetterQueue }),
  };
}
