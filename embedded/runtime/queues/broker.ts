import { randomUUID } from "node:crypto";
import type { State } from "../../state.ts";
import type { QueueDelivery, QueueOutcome } from "../compute.ts";
import type { QueueBroker, WorkerConsumer } from "../queues.ts";
import { handleQueueRequest } from "./http.ts";
import { settleBatch } from "./settle.ts";
import { type MessageStore, messageStore, type StoredMessage } from "./store.ts";

export interface QueuesOptions {
  readonly state: State;
  /** @default Date.now */
  readonly now?: () => number;
  /** One line for people: what was retried, dead-lettered, dropped, and why. */
  readonly log: (line: string) => void;
}

/** Cloudflare scales from one consumer up to 250; on one machine ten at a time are many. */
const concurrencyWithoutLimit = 10;
/** A batch is cut where Cloudflare cuts it, whatever `batch_size` says. */
const maximumBatchBytes = 256_000;
/** setTimeout fires at once for anything longer than 2^31 ms. */
const longestTimerMs = 2 ** 31 - 1;

interface Line {
  consumer: WorkerConsumer | undefined;
  /** Ids of messages in batches under way. In memory on purpose: after a crash they are handed out again. */
  readonly held: Set<string>;
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/** Opens the queues of a state file. What was sent and not acknowledged is there again, whatever ended the last process. */
export function openQueues(options: QueuesOptions): QueueBroker {
  const now = options.now ?? Date.now;
  const store = messageStore(options.state);
  const lines = new Map<string, Line>();
  const batches = new Set<Promise<void>>();
  let closed = false;

  const line = (queueId: string): Line => {
    const known = lines.get(queueId);
    if (known !== undefined) return known;
    const fresh: Line = { consumer: undefined, held: new Set(), running: 0, timer: undefined };
    lines.set(queueId, fresh);
    return fresh;
  };

  /** Looks at one queue: starts every batch that is due, and sets a timer for the moment when the next one may be. */
  function pump(queueId: string): void {
    const it = line(queueId);
    clearTimeout(it.timer);
    it.timer = undefined;
    const { consumer } = it;
    const settings = store.settings(queueId);
    if (closed || consumer === undefined || settings === undefined || settings.deliveryPaused) return;
    expire(queueId, settings.messageRetentionSeconds);
    const limit = consumer.settings.maxConcurrency ?? concurrencyWithoutLimit;
    while (it.running < limit) {
      const batch = nextBatch(store, queueId, it.held, consumer.settings.batchSize, now());
      const oldest = batch[0];
      const dueMs = oldest === undefined ? undefined : oldest.visibleMs + consumer.settings.maxWaitTimeMs;
      const isFull = batch.length >= consumer.settings.batchSize;
      if (dueMs === undefined || (!isFull && dueMs > now())) {
        wake(queueId, it, earliest(dueMs, store.nextVisibleMs(queueId, now())));
        return;
      }
      start(queueId, it, consumer, batch);
    }
  }

  function wake(queueId: string, it: Line, atMs: number | undefined): void {
    if (atMs !== undefined)
      it.timer = setTimeout(() => pump(queueId), Math.min(Math.max(atMs - now(), 0), longestTimerMs));
  }

  function start(queueId: string, it: Line, consumer: WorkerConsumer, batch: readonly StoredMessage[]): void {
    for (const { id } of batch) it.held.add(id);
    it.running++;
    const done = deliver(queueId, consumer, batch)
      .catch((error: unknown) =>
        options.log(`queue ${queueId}: a batch could not be settled and is delivered again: ${text(error)}`),
      )
      .finally(() => {
        for (const { id } of batch) it.held.delete(id);
        it.running--;
        batches.delete(done);
        if (!closed) pump(queueId);
      });
    batches.add(done);
  }

  async function deliver(
    queueId: string,
    consumer: WorkerConsumer,
    batch: readonly StoredMessage[],
  ): Promise<void> {
    let outcome: QueueOutcome;
    try {
      outcome = await consumer.deliver(batch.map((message) => delivery(message)));
    } catch (error) {
      options.log(`queue ${queueId}: the consumer could not be reached: ${text(error)}`);
      outcome = { outcome: "exception", ackAll: false, retryAll: undefined, explicitAcks: [], retries: [] };
    }
    const settled = settleBatch(store, queueId, batch, consumer, outcome, now());
    if (settled.deadLettered > 0) {
      options.log(
        `queue ${queueId}: ${settled.deadLettered} message(s) moved to dead-letter queue ${consumer.deadLetterQueueId} after ${consumer.settings.maxRetries} retries`,
      );
      if (consumer.deadLetterQueueId !== undefined && !closed) pump(consumer.deadLetterQueueId);
    }
    if (settled.dropped > 0)
      options.log(
        `queue ${queueId}: ${settled.dropped} message(s) dropped after ${consumer.settings.maxRetries} retries: there is no dead-letter queue`,
      );
  }

  function expire(queueId: string, retentionSeconds: number): void {
    const dropped = store.dropOlderThan(queueId, now() - retentionSeconds * 1000);
    if (dropped > 0)
      options.log(
        `queue ${queueId}: ${dropped} message(s) dropped, older than the retention of ${retentionSeconds} s`,
      );
  }

  /** What a reader sees: never what is past its retention. */
  function upToDate(queueId: string): void {
    const settings = store.settings(queueId);
    if (settings !== undefined) expire(queueId, settings.messageRetentionSeconds);
  }

  const broker: QueueBroker = {
    handle: (queueId, request, response) =>
      handleQueueRequest(broker, store.settings(queueId) !== undefined, queueId, request, response),
    configure(queueId, settings) {
      store.putSettings(queueId, settings);
      pump(queueId);
    },
    setConsumer(queueId, consumer) {
      line(queueId).consumer = consumer;
      pump(queueId);
    },
    send(queueId, messages) {
      const settings = store.settings(queueId);
      if (settings === undefined) throw new Error(`there is no queue ${queueId}`);
      store.add(queueId, messages, now(), settings.deliveryDelaySeconds);
      pump(queueId);
    },
    pull(queueId, pull) {
      upToDate(queueId);
      if (store.settings(queueId)?.deliveryPaused !== false) return [];
      return store.transaction(() => {
        const pulled = [];
        for (const message of store.visible(queueId, now(), pull.batchSize)) {
          if (message.attempts > pull.maxRetries) {
            giveUp(store, queueId, message.id, pull.deadLetterQueueId, now());
            continue;
          }
          const leaseId = randomUUID();
          store.lease(queueId, message.id, leaseId, now() + pull.visibilityTimeoutMs);
          pulled.push({ ...delivery(message), leaseId });
        }
        return pulled;
      });
    },
    settle(queueId, acks, retries) {
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
          store.release(queueId, message.id, now() + delaySeconds * 1000);
          retryCount++;
        }
        return { ackCount, retryCount };
      });
    },
    peek(queueId, count) {
      upToDate(queueId);
      return store.peek(queueId, count).map((message) => delivery(message));
    },
    discard(queueId, ids) {
      store.transaction(() => {
        for (const id of ids) store.ack(queueId, id);
      });
    },
    metrics(queueId) {
      upToDate(queueId);
      return store.metrics(queueId);
    },
    purge: (queueId) => store.purge(queueId),
    remove(queueId) {
      clearTimeout(lines.get(queueId)?.timer);
      lines.delete(queueId);
      store.remove(queueId);
    },
    async close() {
      closed = true;
      for (const it of lines.values()) clearTimeout(it.timer);
      await Promise.all(batches);
    },
  };
  return broker;
}

/** The oldest visible messages that no batch holds, up to the size and bytes of a batch. */
function nextBatch(
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
    if (batch.length === size || (batch.length > 0 && bytes > maximumBatchBytes)) break;
    batch.push(message);
  }
  return batch;
}

function giveUp(
  store: MessageStore,
  queueId: string,
  id: string,
  deadLetterQueueId: string | undefined,
  nowMs: number,
): void {
  if (deadLetterQueueId !== undefined && store.settings(deadLetterQueueId) !== undefined)
    store.move(queueId, id, deadLetterQueueId, nowMs);
  else store.ack(queueId, id);
}

function delivery(message: StoredMessage): QueueDelivery {
  return {
    id: message.id,
    timestampMs: message.enqueuedMs,
    attempts: message.attempts + 1,
    contentType: message.contentType,
    body: message.body,
  };
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
