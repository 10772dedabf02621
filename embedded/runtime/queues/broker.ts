import type { State } from "../../state.ts";
import type { QueueOutcome } from "../compute.ts";
import type { QueueBroker, WorkerConsumer } from "../queues.ts";
import { delivery, nextBatch } from "./batch.ts";
import { handleQueueRequest } from "./http.ts";
import { pullMessages, settleLeases } from "./leases.ts";
import { settleBatch } from "./settle.ts";
import { messageStore, type StoredMessage } from "./store.ts";

export interface QueuesOptions {
  readonly state: State;
  /** @default Date.now */
  readonly now?: () => number;
  /** One line for people: what was retried, dead-lettered, dropped, and why. */
  readonly log: (line: string) => void;
}

/** Cloudflare scales from one consumer up to 250; on one machine ten at a time are many. */
const concurrencyWithoutLimit = 10;
/** How long a consumer that cannot be reached is left alone: doubled each time. */
const shortestRestMs = 125;
const longestRestMs = 30_000;
const unreachedBeforeSingles = 3;
/** A handler that does not end must not keep the process from ending. */
const longestFarewellMs = 10_000;
/** When a queue is looked at again that could not be read or written. */
const brokenRestMs = 5_000;
/** setTimeout fires at once for anything longer than 2^31 ms. */
const longestTimerMs = 2 ** 31 - 1;

interface Line {
  name: string;
  consumer: WorkerConsumer | undefined;
  /** Ids of messages in batches under way. In memory on purpose: after a crash they are handed out again. */
  readonly held: Set<string>;
  running: number;
  timer: NodeJS.Timeout | undefined;
  /** Batches that did not reach the worker, less those that did since. */
  unreached: number;
  /** Until then the consumer is left alone, because it could not be reached. */
  restUntilMs: number;
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
    const fresh: Line = {
      name: queueId,
      consumer: undefined,
      held: new Set(),
      running: 0,
      timer: undefined,
      unreached: 0,
      restUntilMs: 0,
    };
    lines.set(queueId, fresh);
    return fresh;
  };

  /** Never throws: it runs in timers, and after what was already done. On a full disk, say, the messages wait. */
  function pump(queueId: string): void {
    const it = line(queueId);
    try {
      look(queueId, it);
    } catch (error) {
      options.log(
        `queue ${it.name}: nothing is delivered for ${brokenRestMs / 1000} s, its messages cannot be read or written: ${text(error)}`,
      );
      clearTimeout(it.timer);
      it.timer = setTimeout(() => pump(queueId), brokenRestMs);
    }
  }

  /** Looks at one queue: starts every batch that is due, and sets a timer for the moment when the next one may be. */
  function look(queueId: string, it: Line): void {
    clearTimeout(it.timer);
    it.timer = undefined;
    const { consumer } = it;
    const settings = store.settings(queueId);
    if (closed || consumer === undefined || settings === undefined || settings.deliveryPaused) return;
    expire(queueId, settings.messageRetentionSeconds);
    // further away than any rest: the clock was set back
    if (it.restUntilMs > now() && it.restUntilMs <= now() + longestRestMs) {
      wake(queueId, it, it.restUntilMs);
      return;
    }
    const limit = consumer.settings.maxConcurrency ?? concurrencyWithoutLimit;
    // One message that ends the runtime must not take its whole batch along again and again.
    const size = it.unreached >= unreachedBeforeSingles ? 1 : consumer.settings.batchSize;
    while (it.running < limit) {
      const batch = nextBatch(store, queueId, it.held, size, now());
      const oldest = batch[0];
      const dueMs = oldest === undefined ? undefined : oldest.visibleMs + consumer.settings.maxWaitTimeMs;
      const isFull = batch.length >= size;
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
    const done = deliver(queueId, it, consumer, batch)
      .catch((error: unknown) => {
        // Not settled means not acknowledged: whatever failed, the messages are still there.
        it.unreached++;
        it.restUntilMs = now() + Math.min(longestRestMs, shortestRestMs * 2 ** it.unreached);
        options.log(
          `queue ${line(queueId).name}: a batch of ${batch.length} is delivered again later: ${text(error)}`,
        );
      })
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
    it: Line,
    consumer: WorkerConsumer,
    batch: readonly StoredMessage[],
  ): Promise<void> {
    let outcome: QueueOutcome;
    try {
      outcome = await consumer.deliver(batch.map((message) => delivery(message)));
    } catch (error) {
      // Behind those that wait: if one of these ends the runtime, the others get through first.
      const visibleMs = now() + shortestRestMs * 2 ** Math.min(it.unreached + 1, 7);
      store.transaction(() => {
        for (const { id } of batch) store.release(queueId, id, visibleMs);
      });
      throw new Error(`the consumer could not be reached: ${text(error)}`, { cause: error });
    }
    it.unreached = Math.max(0, it.unreached - 1);
    const settled = settleBatch(store, queueId, batch, consumer, outcome, now());
    if (settled.deadLettered > 0) {
      options.log(
        `queue ${line(queueId).name}: ${settled.deadLettered} message(s) moved to dead-letter queue ${line(consumer.deadLetterQueueId ?? "").name} after ${consumer.settings.maxRetries} retries`,
      );
      if (consumer.deadLetterQueueId !== undefined && !closed) pump(consumer.deadLetterQueueId);
    }
    if (settled.dropped > 0)
      options.log(
        `queue ${line(queueId).name}: ${settled.dropped} message(s) dropped after ${consumer.settings.maxRetries} retries: there is no dead-letter queue`,
      );
  }

  function expire(queueId: string, retentionSeconds: number): void {
    const dropped = store.dropOlderThan(queueId, now() - retentionSeconds * 1000);
    if (dropped > 0)
      options.log(
        `queue ${line(queueId).name}: ${dropped} message(s) dropped, older than the retention of ${retentionSeconds} s`,
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
      line(queueId).name = settings.name ?? queueId;
      store.putSettings(queueId, settings);
      pump(queueId);
    },
    setConsumer(queueId, consumer) {
      const it = line(queueId);
      it.consumer = consumer;
      it.unreached = 0;
      it.restUntilMs = 0;
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
      const paused = store.settings(queueId)?.deliveryPaused ?? true;
      return paused ? [] : pullMessages(store, queueId, pull, now());
    },
    settle: (queueId, acks, retries) => settleLeases(store, queueId, acks, retries, now()),
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
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, longestFarewellMs);
      });
      await Promise.race([Promise.all(batches), patience]);
      clearTimeout(timer);
    },
  };
  return broker;
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
