import type { QueueDelivery } from "../compute.ts";
import { queueLimits } from "./limits.ts";
import type { MessageStore, StoredMessage } from "./store.ts";

/**
 * The oldest visible messages that no batch holds. Cut at `size` messages and where Cloudflare cuts a batch, at 256 KB;
 * one message always fits.
 */
export function nextBatch(
  store: MessageStore,
  queueId: string,
  held: ReadonlySet<string>,
  size: number,
  nowMs: number,
): readonly StoredMessage[] {
  const batch: StoredMessage[] = [];
  let bytes = 0;
  for (const message of store.visible(queueId, nowMs, size + held.size)) {
    if (held.has(message.id)) continue;
    bytes += message.body.byteLength;
    if (batch.length === size || (batch.length > 0 && bytes > queueLimits.batchBytes)) break;
    batch.push(message);
  }
  return batch;
}

/** A stored message as its consumer sees it: the first attempt is number 1. */
export const delivery = (message: StoredMessage): QueueDelivery => ({
  id: message.id,
  timestampMs: message.enqueuedMs,
  attempts: message.attempts + 1,
  contentType: message.contentType,
  body: message.body,
});
