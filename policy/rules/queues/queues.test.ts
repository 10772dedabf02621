import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { consumersHaveDeadLetters } from "./consumers-have-dead-letters.ts";
import { deadLettersAreConsumed } from "./dead-letters-are-consumed.ts";
import { queueSettings } from "./queue-settings.ts";

const queue = (name: string, props: object = {}): Written => ({
  type: types.queue,
  name,
  props: { queueName: name, queueId: `id of ${name}`, ...props },
});
const consumer = (of: Written, props: object = {}): Written => ({
  type: types.consumer,
  name: `worker of ${of.name}`,
  props: { queueId: of.props?.["queueId"], type: "worker", ...props },
  waitsFor: [of],
});
const jobs = queue("jobs");
const failed = queue("failed");
const jobsLater = queue("jobs", { queueId: unknownValue });
const failedLater = queue("failed", { queueId: unknownValue });

holds(consumersHaveDeadLetters, {
  good: [
    {
      is: "a consumer with one, and the end of the row without",
      has: [jobs, failed, consumer(jobs, { deadLetterQueue: "failed" }), consumer(failed)],
    },
    {
      is: "the same before any queue has an id",
      has: [
        jobsLater,
        failedLater,
        consumer(jobsLater, { deadLetterQueue: "failed" }),
        consumer(failedLater),
      ],
    },
    {
      is: "a dead letter queue that is not known yet",
      has: [jobs, consumer(jobs, { deadLetterQueue: unknownValue })],
    },
    {
      is: "messages that may be lost",
      has: [jobs, consumer(jobs)],
      options: { rules: { "consumers-have-dead-letters": { settings: { allow: ["jobs"] } } } },
    },
  ],
  bad: [
    {
      is: "a consumer without one",
      has: [jobs, consumer(jobs)],
      says: ["worker of jobs has no dead letter queue"],
    },
    {
      is: "a consumer of a queue that this stack does not have",
      has: [{ ...consumer(jobs), waitsFor: [] }],
      says: ["has no dead letter queue"],
    },
    {
      is: "more retries than are allowed",
      has: [jobs, failed, consumer(jobs, { deadLetterQueue: "failed", settings: { maxRetries: 50 } })],
      options: { rules: { "consumers-have-dead-letters": { settings: { mostRetries: 10 } } } },
      says: ["up to 50 times again; 10 are allowed"],
    },
  ],
  unknown: [
    {
      is: "a consumer of who knows which queue",
      has: [
        jobs,
        failed,
        consumer(jobs, { deadLetterQueue: "failed" }),
        { ...consumer(failedLater), waitsFor: [] },
      ],
    },
    {
      is: "a consumer that may be the end of the row",
      has: [
        jobs,
        consumer(jobs, { deadLetterQueue: unknownValue }),
        { ...consumer(failedLater), waitsFor: [] },
      ],
    },
  ],
});

holds(deadLettersAreConsumed, {
  good: [
    {
      is: "dead letters that a worker takes",
      has: [jobs, failed, consumer(jobs, { deadLetterQueue: "failed" }), consumer(failed)],
    },
    {
      is: "the same before any queue has an id",
      has: [
        jobsLater,
        failedLater,
        consumer(jobsLater, { deadLetterQueue: "failed" }),
        consumer(failedLater),
      ],
    },
    {
      is: "dead letters that people look at",
      has: [jobs, failed, consumer(jobs, { deadLetterQueue: "failed" })],
      options: { rules: { "dead-letters-are-consumed": { settings: { allow: ["failed"] } } } },
    },
  ],
  bad: [
    {
      is: "dead letters that nobody takes",
      has: [jobs, failed, consumer(jobs, { deadLetterQueue: "failed" })],
      says: ["Nothing consumes the dead letter queue failed"],
    },
    {
      is: "a dead letter queue of somebody else",
      has: [jobs, consumer(jobs, { deadLetterQueue: "theirs" })],
      says: ["which this stack does not have"],
    },
  ],
  unknown: [
    {
      is: "a consumer of who knows which queue",
      has: [
        jobs,
        failed,
        consumer(jobs, { deadLetterQueue: "failed" }),
        { ...consumer(failedLater), waitsFor: [] },
      ],
    },
  ],
});

holds(queueSettings, {
  good: [
    {
      is: "what Cloudflare takes",
      has: [
        queue("jobs", { settings: { deliveryDelay: 0, messageRetentionPeriod: 345_600 } }),
        consumer(jobs, { settings: { batchSize: 100, maxRetries: 0, maxWaitTimeMs: 60_000 } }),
      ],
    },
    { is: "what is not said", has: queue("jobs") },
  ],
  bad: [
    {
      is: "a batch that is too large",
      has: consumer(jobs, { settings: { batchSize: 101 } }),
      says: ["batchSize 101; Cloudflare takes a whole number of 1 to 100"],
    },
    {
      is: "a retention that is too long",
      has: queue("jobs", { settings: { messageRetentionPeriod: 1_209_601 } }),
      says: ["messageRetentionPeriod 1209601"],
    },
    {
      is: "messages that are kept for an hour",
      has: queue("jobs", { settings: { messageRetentionPeriod: 3_600 } }),
      says: ["keeps messages for 3600 seconds"],
      outcome: "advisory",
    },
  ],
  unknown: [
    {
      is: "a number that another resource gives",
      has: consumer(jobs, { settings: { batchSize: unknownValue } }),
    },
  ],
});
