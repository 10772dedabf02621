import type { QueueOutcome } from "../compute.ts";
import type { WorkerConsumer } from "../queues.ts";
import type { MessageStore, StoredMessage } from "./store.ts";

/** What the consumer decided about one message of a batch. */
export type Verdict =
  | { readonly kind: "ack" }
  | { readonly kind: "retry"; readonly delaySeconds: number | undefined };

/**
 * A message's own `ack()` or `retry()` wins over what was said about the batch. Without either, a batch that
 * ended well is acknowledged and one that threw is tried again: an `ack()` before the exception still counts.
 */
export function verdict(messageId: string, outcome: QueueOutcome): Verdict {
  const retry = outcome.retries.find((r) => r.id === messageId);
  if (retry !== undefined) return { kind: "retry", delaySeconds: retry.delaySeconds };
  if (outcome.explicitAcks.includes(messageId)) return { kind: "ack" };
  if (outcome.retryAll !== undefined) return { kind: "retry", delaySeconds: outcome.retryAll.delaySeconds };
  if (outcome.ackAll || outcome.outcome === "ok") return { kind: "ack" };
  return { kind: "retry", delaySeconds: undefined };
}

export interface Settled {
  readonly acknowledged: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly dropped: number;
}

/** Applies a batch's outcome in one transaction: after a crash either all of it happened or none, and none means delivery again. */
export function settleBatch(
  store: MessageStore,
  queueId: string,
  batch: readonly StoredMessage[],
  consumer: WorkerConsumer,
  outcome: QueueOutcome,
  nowMs: number,
): Settled {
  return store.transaction(() => {
    const count = { acknowledged: 0, retried: 0, deadLettered: 0, dropped: 0 };
    for (const message of batch) {
      const decided = verdict(message.id, outcome);
      if (decided.kind === "ack") {
        store.ack(queueId, message.id);
        count.acknowledged++;
      } else if (message.attempts + 1 <= consumer.settings.maxRetries) {
        const delaySeconds = decided.delaySeconds ?? consumer.settings.retryDelaySeconds;
        store.retry(queueId, message.id, nowMs + delaySeconds * 1000);
        count.retried++;
      } else if (
        consumer.deadLetterQueueId !== undefined &&
        store.settings(consumer.deadLetterQueueId) !== undefined
      ) {
        store.move(queueId, message.id, consumer.deadLetterQueueId, nowMs);
        count.deadLettered++;
      } else {
        store.ack(queueId, message.id);
        count.dropped++;
      }
    }
    return count;
  });
}
