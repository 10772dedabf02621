import { randomUUID } from "node:crypto";
import type { PulledMessage, PullOptions } from "../queues.ts";
import { delivery } from "./batch.ts";
import type { MessageStore } from "./store.ts";

/** Leases what is visible to an HTTP consumer; what was leased too often leaves the queue instead. One transaction. */
export function pullMessages(
  store: MessageStore,
  queueId: string,
  { batchSize, visibilityTimeoutMs, maxRetries, deadLetterQueueId }: PullOptions,
  nowMs: number,
): readonly PulledMessage[] {
  return store.transaction(() => {
    const pulled: PulledMessage[] = [];
    for (const message of store.visible(queueId, nowMs, batchSize)) {
      if (message.attempts > maxRetries) {
        if (deadLetterQueueId !== undefined && store.settings(deadLetterQueueId) !== undefined)
          store.move(queueId, message.id, deadLetterQueueId, nowMs);
        else store.ack(queueId, message.id);
        continue;
      }
      const leaseId = randomUUID();
      store.lease(queueId, message.id, leaseId, nowMs + visibilityTimeoutMs);
      pulled.push({ ...delivery(message), leaseId });
    }
    return pulled;
  });
}

/** Ends leases, all or none. One that ran out still counts as long as nobody else has the message. */
export function settleLeases(
  store: MessageStore,
  queueId: string,
  acks: readonly string[],
  retries: readonly { readonly leaseId: string; readonly delaySeconds: number }[],
  nowMs: number,
): { readonly ackCount: number; readonly retryCount: number } {
  return store.transaction(() => {
    let ackCount = 0;
    for (const leaseId of acks) {
      const message = store.byLease(queueId, leaseId);
      if (message !== undefined && store.ack(queueId, message.id)) ackCount++;
    }
    let retryCount = 0;
    for (const { leaseId, delaySeconds } of retries) {
      const message = store.byLease(queueId, leaseId);
      if (message === undefined) continue;
      store.release(queueId, message.id, nowMs + delaySeconds * 1000);
      retryCount++;
    }
    return { ackCount, retryCount };
  });
}
