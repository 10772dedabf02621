import type { NewMessage } from "../queues.ts";

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
