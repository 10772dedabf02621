import type { IncomingMessage, ServerResponse } from "node:http";
import type { QueueDelivery, QueueOutcome } from "./compute.ts";

export interface QueueSettings {
  /** For log lines. @default its id */
  readonly name?: string;
  readonly deliveryDelaySeconds: number;
  readonly deliveryPaused: boolean;
  readonly messageRetentionSeconds: number;
}

export interface ConsumerSettings {
  readonly batchSize: number;
  readonly maxRetries: number;
  readonly maxWaitTimeMs: number;
  readonly maxConcurrency: number | undefined;
  readonly retryDelaySeconds: number;
}

/** Who is handed a queue's batches. */
export interface WorkerConsumer {
  readonly settings: ConsumerSettings;
  /** The id of the queue that gets what was retried too often; without one it is dropped, as on Cloudflare. */
  readonly deadLetterQueueId: string | undefined;
  /**
   * Runs the worker's `queue` handler. A rejection means that the batch did not reach the worker, or that its runtime went
   * away under it: that is no failure of the message, so it is not counted, and the batch comes again a little later.
   */
  readonly deliver: (messages: readonly QueueDelivery[]) => Promise<QueueOutcome>;
}

export interface NewMessage {
  readonly contentType: QueueDelivery["contentType"];
  readonly body: Uint8Array;
  /** Overrides the queue's own delivery delay. */
  readonly delaySeconds?: number;
}

export interface QueueMetrics {
  readonly backlogCount: number;
  readonly backlogBytes: number;
  /** 0 when the queue is empty. */
  readonly oldestMessageTimestampMs: number;
}

/** A message that an HTTP consumer holds until it acknowledges, or until the lease runs out. */
export interface PulledMessage extends QueueDelivery {
  readonly leaseId: string;
}

export interface PullOptions {
  readonly batchSize: number;
  readonly visibilityTimeoutMs: number;
  readonly maxRetries: number;
  readonly deadLetterQueueId: string | undefined;
}

/** Durable queues: messages in SQLite, acknowledged only after the consumer did. */
export interface QueueBroker {
  /** Data plane: what workerd's native queue binding sends (`/message`, `/batch`) with `x-lockstep-store: QUEUE/<id>`. */
  handle(queueId: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Creates the queue, or changes it. Remembered over a restart. */
  configure(queueId: string, settings: QueueSettings): void;
  setConsumer(queueId: string, consumer: WorkerConsumer | undefined): void;
  send(queueId: string, messages: readonly NewMessage[]): void;
  /** For HTTP consumers: leases messages that are visible. */
  pull(queueId: string, options: PullOptions): readonly PulledMessage[];
  /** For HTTP consumers: ends leases. A lease that is not known any more is skipped, as on Cloudflare. */
  settle(
    queueId: string,
    acks: readonly string[],
    retries: readonly { readonly leaseId: string; readonly delaySeconds: number }[],
  ): { readonly ackCount: number; readonly retryCount: number };
  /** Looks without leasing. */
  peek(queueId: string, count: number): readonly QueueDelivery[];
  /** Deletes these messages, whatever state they are in. */
  discard(queueId: string, ids: readonly string[]): void;
  metrics(queueId: string): QueueMetrics;
  purge(queueId: string): void;
  remove(queueId: string): void;
  /** Stops delivering and waits for batches under way, ten seconds at most: what is not acknowledged then is delivered again. */
  close(): Promise<void>;
}
