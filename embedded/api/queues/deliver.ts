import type { QueueDelivery, QueueOutcome } from "../../runtime/compute.ts";
import type { World } from "../../world.ts";
import { findWorker } from "../workers/registry.ts";
import { brokerSettings, type Consumer, consumerOf, everyQueue, type Queue, queueKind } from "./model.ts";

/** Tells the broker of every queue and every consumer in the state. Once, when the process starts and workers can run. */
export function restoreConsumers(world: World): void {
  for (const queue of everyQueue(world.state)) {
    world.queues.configure(queue.id, brokerSettings(queue));
    attachConsumer(world, queue, consumerOf(world.state, queue));
  }
}

/** Makes the broker hand the queue's batches to this consumer; an HTTP consumer comes for them itself. */
export function attachConsumer(world: World, queue: Queue, consumer: Consumer | undefined): void {
  if (consumer?.type !== "worker") {
    world.queues.setConsumer(queue.id, undefined);
    return;
  }
  const { batch_size, max_retries, max_wait_time_ms, max_concurrency, retry_delay } = consumer.settings;
  world.queues.setConsumer(queue.id, {
    settings: {
      batchSize: batch_size,
      maxRetries: max_retries,
      maxWaitTimeMs: max_wait_time_ms,
      maxConcurrency: max_concurrency ?? undefined,
      retryDelaySeconds: retry_delay,
    },
    deadLetterQueueId: consumer.deadLetterQueueId,
    deliver: (messages) => deliver(world, queue, consumer.workerId, messages),
  });
}

/** Names are looked up for every batch: the queue and the script may have been renamed since. */
async function deliver(
  world: World,
  queue: Queue,
  workerId: string,
  messages: readonly QueueDelivery[],
): Promise<QueueOutcome> {
  const { state } = world;
  const worker = findWorker(state, queue.account, workerId);
  if (worker === undefined) throw new Error(`the worker that consumes queue ${queue.name} was deleted`);
  const accountName = state.get("", "account", queue.account)?.name ?? queue.account;
  const queueName = state.get(queue.account, queueKind, queue.id)?.name ?? queue.name;
  return world.compute.queue(
    { account: queue.account, accountName, script: worker.name },
    queueName,
    messages,
  );
}
