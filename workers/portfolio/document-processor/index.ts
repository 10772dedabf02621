import type { BucketEvent } from "../../../src/declare/stores/bucket-notification.ts";
import type { DocumentProcessorEnv } from "../../../src/systems/portfolio.ts";
import { keep, keyOf } from "./dead-letters.ts";

export { DocumentProcessor } from "./document-processor.ts";

export default {
  fetch: () => new Response("document-processor takes its work from a queue\n", { status: 404 }),
  /** A message of its own at a time: one that fails comes again alone. */
  async queue(batch, env) {
    const isDead = batch.queue.endsWith("-dlq");
    await Promise.all(
      batch.messages.map(async (message) => {
        try {
          await (isDead ? keep(env.DB, message) : process(env, message.body));
          message.ack();
        } catch (error) {
          console.error(
            `${batch.queue}, message ${message.id}, attempt ${message.attempts}: ${String(error)}`,
          );
          message.retry();
        }
      }),
    );
  },
} satisfies ExportedHandler<DocumentProcessorEnv, BucketEvent>;

async function process({ DOCUMENT_PROCESSOR }: DocumentProcessorEnv, body: unknown): Promise<void> {
  const key = keyOf(body);
  if (key === null) throw new Error("a message that names no object");
  const outcome = await DOCUMENT_PROCESSOR.getByName(key).process(key);
  console.log(`${key}: ${outcome.state}${outcome.state === "failed" ? `, ${outcome.error}` : ""}`);
}
