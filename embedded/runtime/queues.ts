import type { IncomingMessage, ServerResponse } from "node:http";
import type { QueueDelivery, QueueOutcome } from "./compute.ts";

export interface QueueSettings {
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
  /** Runs the worker's `queue` handler. A rejection counts as a failed batch. */
  readonly deliver: (messages: readonly QueueDelivery[]) => Promise<QueueOutcome>;
}

/** Durable queues: messages in SQLite, acknowledged only after the consumer did. */
export interface QueueBroker {
  /** Data plane: what workerd's native queue binding sends (`/message`, `/batch`) with `x-lockstep-store: QUEUE/<id>`. */
  handle(queueId: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  configure(queueId: string, settings: QueueSettings): void;
  setConsumer(queueId: string, consumer: WorkerConsumer | undefined): void;
  send(queueId: string, messages: readonly { readonly contentType: QueueDelivery["contentType"]; readonly body: Uint8Array; readonly delaySeconds?: number }[]): void;
  metrics(queueId: string): { readonly backlogCount: number; readonly backlogBytes: number; readonly oldestMessageTimestampMs: number };
  purge(queueId: string): void;
  remove(queueId: string): void;
  /** Stops delivering and waits for batches under way. */
  close(): Promise<void>;
}
