import { declaredHere } from "../declared-at.ts";
import type { Named } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";

/**
 * A queue of messages of one type.
 *
 * @example
 * const orders: Queue<Order> = queue<Order>("orders");
 */
export interface Queue<Body = unknown> extends Named {
  readonly kind: "queue";
  /** Seconds before a message can be delivered, 0 to 43200 (twelve hours). @default 0 */
  readonly deliveryDelaySeconds?: number;
  /** Seconds a message is kept, 60 to 1209600 (fourteen days). @default 345600 (four days) */
  readonly messageRetentionSeconds?: number;
  /** Ids of queues that already exist, by stage: each is taken over where the account has it, and made anew where not. @default - created */
  readonly adopt?: Readonly<Record<string, string>>;
  /** Whether nothing is delivered for now: messages are taken and kept, and nobody gets any. @default false */
  readonly paused?: boolean;
  /** Lets programs outside Cloudflare take its messages over HTTP; no worker may consume it then. @default - only a worker does */
  readonly pullConsumer?: PullConsumer;
  /** Never set: carries the type of the messages to `EnvOf`. @default - never set */
  readonly body?: Body;
}

const shapes: Shapes<Queue> = {
  ...named,
  adopt: ["group"],
  deliveryDelaySeconds: ["number"],
  messageRetentionSeconds: ["number"],
  paused: ["flag"],
  pullConsumer: ["group"],
  body: [],
};

/**
 * Declares a queue; the type of its messages types what is sent to it. One worker at most consumes it, see {@link Consume}; or programs outside Cloudflare do, see {@link PullConsumer}.
 *
 * @example
 * const orders = queue<{ readonly id: string }>("orders", { messageRetentionSeconds: 86_400 });
 */
export const queue = <Body = unknown>(
  name: string,
  options: Omit<Queue, "kind" | "name" | "body"> = {},
): Queue<Body> =>
  declaredHere(
    shaped<Queue<Body>>(shapes, {
      kind: "queue",
      name,
      ...options,
    }),
  );

/**
 * How programs outside Cloudflare take messages off a queue, over HTTP: they pull a batch, and acknowledge each message
 * before it is shown to others again.
 *
 * @example
 * const orders = queue("orders", { pullConsumer: { visibilityTimeoutMs: 60_000, deadLetter: failed } });
 */
export interface PullConsumer {
  /** Milliseconds in which a message has to be acknowledged, 0 to 43200000 (twelve hours). @default 30000 */
  readonly visibilityTimeoutMs?: number;
  /** Messages in a batch, 1 to 100. @default 5 */
  readonly batchSize?: number;
  /** Deliveries after the first, 0 to 100. @default 3 */
  readonly maxRetries?: number;
  /** Seconds before a message is delivered again, 0 to 43200. @default 0 */
  readonly retryDelaySeconds?: number;
  /** Where a message goes that failed too often. @default - it is dropped */
  readonly deadLetter?: Queue;
}

/**
 * How a worker takes messages off a queue. Where a setting is missing, Cloudflare's default is sent explicitly.
 *
 * @example
 * worker("mailer", {
 *   ...settings,
 *   consumes: [{ queue: orders, deadLetter: failed, batchSize: 50, maxRetries: 5, retryDelaySeconds: 30 }],
 * });
 */
export interface Consume {
  /** The queue; it has one consumer at most. */
  readonly queue: Queue;
  /** Where a message goes that failed too often. @default - it is dropped */
  readonly deadLetter?: Queue;
  /** Messages in a batch, 1 to 100. @default 10 */
  readonly batchSize?: number;
  /** Milliseconds to wait for a full batch, 0 to 60000. @default 5000 */
  readonly maxWaitTimeMs?: number;
  /** Deliveries after the first, 0 to 100. @default 3 */
  readonly maxRetries?: number;
  /** Seconds before a message is delivered again, 0 to 43200. @default 0 */
  readonly retryDelaySeconds?: number;
  /** Invocations at the same time, 1 to 250. @default 250 */
  readonly maxConcurrency?: number;
}
