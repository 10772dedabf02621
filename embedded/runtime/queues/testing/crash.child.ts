import { openState } from "../../../state.ts";
import { openQueues } from "../broker.ts";

// A process that takes batches and says on stdout which messages it was handed and which it is done with; killed by the test.
const [file = ""] = process.argv.slice(2);
const broker = openQueues({ state: openState(file), log: () => {} });
broker.setConsumer("q", {
  settings: { batchSize: 5, maxRetries: 3, maxWaitTimeMs: 0, maxConcurrency: 2, retryDelaySeconds: 0 },
  deadLetterQueueId: undefined,
  deliver: async (messages) => {
    const ids = messages.map((m) => Buffer.from(m.body).toString());
    process.stdout.write(`took ${ids.join(",")}\n`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { outcome: "ok", ackAll: false, retryAll: undefined, explicitAcks: [], retries: [] };
  },
});
