import type { QueueBroker } from "../../runtime/queues.ts";
import type { BucketEvents } from "../../runtime/stores.ts";
import type { State } from "../../state.ts";
import { bucketById } from "./buckets.ts";
import { matches, rulesOf } from "./notification-rules.ts";

/** Where messages go to, and where the rules are. */
interface Told {
  readonly state: State;
  readonly queues: Pick<QueueBroker, "send">;
}

/**
 * Puts Cloudflare's message on each queue whose rule an event fits, before whoever changed the object hears that it is done:
 * what is on a queue survives whatever ends the process.
 */
export function tellQueues({ state, queues }: Told, { bucketId, events }: BucketEvents): void {
  for (const { id: account } of state.list("", "account")) {
    const bucket = bucketById(state, account, bucketId);
    if (bucket === undefined) continue;
    for (const queueId of Object.keys(bucket.body.notifications)) {
      if (state.get(account, "queue", queueId) === undefined) continue;
      const rules = rulesOf(bucket, queueId);
      const told = events.filter((event) => rules.some((rule) => matches(rule, event)));
      const messages = told.map(({ action, object, copySource, eventTime }) => ({
        account,
        action,
        bucket: bucket.name,
        object,
        eventTime,
        ...(copySource !== undefined && { copySource }),
      }));
      if (messages.length > 0)
        queues.send(
          queueId,
          messages.map((message) => ({
            contentType: "json",
            body: Buffer.from(JSON.stringify(message)),
          })),
        );
    }
  }
}
