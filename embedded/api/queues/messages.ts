import { z } from "zod";
import type { QueueDelivery } from "../../runtime/compute.ts";
import { checkMessages, QueueError } from "../../runtime/queues/limits.ts";
import type { NewMessage } from "../../runtime/queues.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Service } from "../http/service.ts";
import { consumerOf, type Queue, requireQueue } from "./model.ts";

const message = z.object({
  body: z.unknown(),
  content_type: z.enum(["text", "json"]).default("json"),
  delay_seconds: z.number().optional(),
});
const batch = z.object({ messages: z.array(message), delay_seconds: z.number().optional() });
const pullShape = z.object({
  batch_size: z.int().min(1).max(100).optional(),
  visibility_timeout_ms: z.number().min(0).max(43_200_000).optional(),
  visibility_timeout: z.number().min(0).max(43_200_000).optional(),
});
const lease = z.object({ lease_id: z.string() });
const ackShape = z.object({
  acks: z.array(lease).default([]),
  retries: z.array(lease.extend({ delay_seconds: z.int().min(0).max(86_400).optional() })).default([]),
});
const peekShape = z.object({ batch_size: z.int().min(1).max(100).default(5) });
const purgeShape = z.object({ refs: z.array(z.object({ ref: z.string() })) });

const queueOf = (request: ApiRequest, { state }: World): Queue =>
  requireQueue(state, request.account.id, request.params["queue"] ?? "");

function fromSent(
  { body, content_type, delay_seconds }: z.infer<typeof message>,
  defaultDelaySeconds: number | undefined,
): NewMessage {
  if (content_type === "text" && typeof body !== "string")
    throw new ApiError(400, 10_207, "a message with content_type text needs a body that is a string");
  if (body === undefined) throw new ApiError(400, 10_207, "a message needs a body");
  const bytes = Buffer.from(content_type === "text" ? String(body) : JSON.stringify(body));
  const delaySeconds = delay_seconds ?? defaultDelaySeconds;
  return { contentType: content_type, body: bytes, ...(delaySeconds === undefined ? {} : { delaySeconds }) };
}

function send(world: World, queue: Queue, messages: readonly NewMessage[]): Reply {
  try {
    checkMessages(messages);
  } catch (error) {
    throw error instanceof QueueError ? new ApiError(error.status, error.code, error.message) : error;
  }
  world.queues.send(queue.id, messages);
  return ok({ metadata: { metrics: metrics(world, queue) } });
}

function metrics(world: World, queue: Queue): object {
  const { backlogCount, backlogBytes, oldestMessageTimestampMs } = world.queues.metrics(queue.id);
  return {
    backlog_count: backlogCount,
    backlog_bytes: backlogBytes,
    oldest_message_timestamp_ms: oldestMessageTimestampMs,
  };
}

/** JSON and bytes go out as base64, text as it is: that is how Queues sends them to HTTP consumers. */
const shown = ({ id, body, attempts, timestampMs, contentType }: QueueDelivery): object => ({
  id,
  body: Buffer.from(body).toString(contentType === "text" ? "utf8" : "base64"),
  attempts,
  timestamp_ms: timestampMs,
  metadata: { "CF-Content-Type": contentType },
});

async function pull(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(pullShape);
  const queue = queueOf(request, world);
  const consumer = consumerOf(world.state, queue);
  if (consumer?.type !== "http_pull")
    throw new ApiError(400, 0, "messages cannot be pulled unless http_pull mode is enabled");
  const messages = world.queues.pull(queue.id, {
    batchSize: sent.batch_size ?? consumer.settings.batch_size,
    visibilityTimeoutMs:
      sent.visibility_timeout_ms ?? sent.visibility_timeout ?? consumer.settings.visibility_timeout_ms,
    maxRetries: consumer.settings.max_retries,
    deadLetterQueueId: consumer.deadLetterQueueId,
  });
  return ok({
    message_backlog_count: world.queues.metrics(queue.id).backlogCount,
    messages: messages.map((m) => ({ ...shown(m), lease_id: m.leaseId })),
    metadata: { metrics: metrics(world, queue) },
  });
}

async function ack(request: ApiRequest, world: World): Promise<Reply> {
  const { acks, retries } = await request.json(ackShape);
  const queue = queueOf(request, world);
  const consumer = consumerOf(world.state, queue);
  const retryDelaySeconds = consumer?.settings.retry_delay ?? 0;
  const { ackCount, retryCount } = world.queues.settle(
    queue.id,
    acks.map((a) => a.lease_id),
    retries.map((r) => ({ leaseId: r.lease_id, delaySeconds: r.delay_seconds ?? retryDelaySeconds })),
  );
  return ok({ ackCount, retryCount, warnings: {} });
}

const base = "/accounts/:account/queues/:queue/messages";

export const queueMessages: Service = {
  name: "queueMessages",
  routes: [
    {
      method: "POST",
      path: base,
      permission: "Queues:Edit",
      handle: async (request, world) => {
        const sent = await request.json(message);
        return send(world, queueOf(request, world), [fromSent(sent, undefined)]);
      },
    },
    {
      method: "POST",
      path: `${base}/batch`,
      permission: "Queues:Edit",
      handle: async (request, world) => {
        const sent = await request.json(batch);
        return send(
          world,
          queueOf(request, world),
          sent.messages.map((m) => fromSent(m, sent.delay_seconds)),
        );
      },
    },
    { method: "POST", path: `${base}/pull`, permission: "Queues:Edit", handle: pull },
    { method: "POST", path: `${base}/ack`, permission: "Queues:Edit", handle: ack },
    {
      method: "POST",
      path: `${base}/peek`,
      permission: "Queues:Edit",
      handle: async (request, world) => {
        const { batch_size } = await request.json(peekShape);
        return ok({
          messages: world.queues
            .peek(queueOf(request, world).id, batch_size)
            .map((m) => ({ ...shown(m), ref: m.id })),
        });
      },
    },
    {
      method: "POST",
      path: `${base}/purge`,
      permission: "Queues:Edit",
      handle: async (request, world) => {
        const { refs } = await request.json(purgeShape);
        world.queues.discard(
          queueOf(request, world).id,
          refs.map(({ ref }) => ref),
        );
        return ok({ errors: [], warnings: {} });
      },
    },
  ],
};
