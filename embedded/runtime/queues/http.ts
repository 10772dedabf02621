import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../body.ts";
import type { NewMessage, QueueBroker } from "../queues.ts";
import { checkMessages, QueueError } from "./limits.ts";
import { contentType } from "./store.ts";

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
    // workerd shows the status text to the worker, or the two headers where it knows them: one line of plain characters.
    const cause = error.message.replace(/[^\x20-\x7e]+/g, " ");
    response.writeHead(error.status, cause, {
      "cf-queues-error-code": String(error.code),
      "cf-queues-error-cause": cause,
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
