import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../dataplane/body.ts";
import type { NewMessage, QueueBroker } from "../queues.ts";
import { contentType } from "./store.ts";

/** Queues' own limits: 128 KB a message, 100 messages and 256 KB a batch, a day of delay. */
export const queueLimits = {
  messageBytes: 128_000,
  batchCount: 100,
  batchBytes: 256_000,
  delaySeconds: 86_400,
};

/** A message refused with Queues' own code; workerd shows `cause (code)` to the worker. */
export class QueueError extends Error {
  readonly code: number;
  readonly status: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = "QueueError";
    this.status = status;
    this.code = code;
  }
}

/** Throws {@link QueueError} when a message or the batch is larger, longer or later than Queues allows. */
export function checkMessages(messages: readonly NewMessage[]): void {
  if (messages.length === 0 || messages.length > queueLimits.batchCount)
    throw new QueueError(
      400,
      10206,
      `batch message count of ${messages.length} is out of bounds: 1 to ${queueLimits.batchCount}`,
    );
  let bytes = 0;
  for (const { body, delaySeconds } of messages) {
    if (body.byteLength > queueLimits.messageBytes)
      throw new QueueError(
        413,
        10204,
        `message length of ${body.byteLength} bytes exceeds limit of ${queueLimits.messageBytes}`,
      );
    if (
      delaySeconds !== undefined &&
      !(Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= queueLimits.delaySeconds)
    )
      throw new QueueError(
        400,
        10203,
        `message delay ${delaySeconds} is invalid: 0 to ${queueLimits.delaySeconds} whole seconds`,
      );
    bytes += body.byteLength;
  }
  if (bytes > queueLimits.batchBytes)
    throw new QueueError(
      413,
      10205,
      `batch size of ${bytes} bytes exceeds limit of ${queueLimits.batchBytes}`,
    );
}

/** Answers workerd's queue binding: `POST /message`, `POST /batch`, `GET /metrics`. */
export async function handleQueueRequest(
  broker: QueueBroker,
  exists: boolean,
  queueId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!exists) throw new QueueError(404, 10104, "Queue does not exist");
    const route = `${request.method} ${new URL(request.url ?? "/", "http://queue").pathname}`;
    if (route !== "GET /metrics") {
      const messages = await readMessages(route, request);
      checkMessages(messages);
      broker.send(queueId, messages);
    }
    const { backlogCount, backlogBytes, oldestMessageTimestampMs } = broker.metrics(queueId);
    const metrics = { backlogCount, backlogBytes, oldestMessageTimestamp: oldestMessageTimestampMs };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(route === "GET /metrics" ? metrics : { metadata: { metrics } }));
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    response.writeHead(error.status, error.message, {
      "cf-queues-error-code": String(error.code),
      "cf-queues-error-cause": error.message,
    });
    response.end(error.message);
  }
}

const batchBody = z.object({
  messages: z.array(
    z.object({ body: z.base64(), contentType: z.string().default("v8"), delaySecs: z.number().optional() }),
  ),
});

async function readMessages(route: string, request: IncomingMessage): Promise<readonly NewMessage[]> {
  const delay = request.headers["x-msg-delay-secs"];
  const delaySeconds = typeof delay === "string" && delay !== "" ? Number(delay) : undefined;
  const bytes = await readBody(request);
  switch (route) {
    case "POST /message":
      return [message(String(request.headers["x-msg-fmt"] ?? "v8"), bytes, delaySeconds)];
    case "POST /batch": {
      const parsed = batchBody.safeParse(json(bytes));
      if (!parsed.success)
        throw new QueueError(
          400,
          10207,
          `the batch does not have the expected shape: ${z.prettifyError(parsed.error)}`,
        );
      return parsed.data.messages.map((m) =>
        message(m.contentType, Buffer.from(m.body, "base64"), m.delaySecs ?? delaySeconds),
      );
    }
    default:
      throw new QueueError(404, 10107, `a queue does not answer ${route}`);
  }
}

function message(format: string, body: Uint8Array, delaySeconds: number | undefined): NewMessage {
  if (!["json", "text", "bytes", "v8"].includes(format))
    throw new QueueError(
      400,
      10203,
      `message content type ${format} is invalid; must be one of text, json, bytes or v8`,
    );
  return { contentType: contentType(format), body, ...(delaySeconds === undefined ? {} : { delaySeconds }) };
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw new QueueError(400, 10208, "the batch is not valid JSON");
  }
}
