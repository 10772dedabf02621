import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openState, type State } from "../../state.ts";
import type { QueueDelivery, QueueOutcome } from "../compute.ts";
import type { ConsumerSettings, QueueBroker, QueueSettings } from "../queues.ts";
import { openQueues } from "./broker.ts";

const settings: QueueSettings = {
  deliveryDelaySeconds: 0,
  deliveryPaused: false,
  messageRetentionSeconds: 345_600,
};
const consumerSettings: ConsumerSettings = {
  batchSize: 10,
  maxRetries: 3,
  maxWaitTimeMs: 5000,
  maxConcurrency: undefined,
  retryDelaySeconds: 0,
};
const ok: QueueOutcome = { outcome: "ok", ackAll: false, retryAll: undefined, explicitAcks: [], retries: [] };
const failed: QueueOutcome = { ...ok, outcome: "exception" };

let broker: QueueBroker;
let state: State;
let log: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  log = [];
  state = openState(":memory:");
  broker = openQueues({ state, log: (line) => log.push(line) });
  broker.configure("q", settings);
});
afterEach(() => {
  vi.useRealTimers();
});

const text = (...bodies: string[]) =>
  bodies.map((body) => ({ contentType: "text" as const, body: Buffer.from(body) }));
const read = (messages: readonly QueueDelivery[]): string[] =>
  messages.map((m) => Buffer.from(m.body).toString());

/** A consumer that remembers its batches and answers with what `decide` says. */
function consume(
  decide: (messages: readonly QueueDelivery[]) => QueueOutcome | Promise<QueueOutcome>,
  more: Partial<ConsumerSettings> = {},
  deadLetterQueueId?: string,
): (readonly QueueDelivery[])[] {
  const batches: (readonly QueueDelivery[])[] = [];
  broker.setConsumer("q", {
    settings: { ...consumerSettings, ...more },
    deadLetterQueueId,
    deliver: async (messages) => {
      batches.push(messages);
      return decide(messages);
    },
  });
  return batches;
}

test("a full batch goes at once, a part of one after the longest wait, in the order of sending", async () => {
  const batches = consume(() => ok, { batchSize: 2 });
  broker.send("q", text("a", "b", "c"));
  await vi.advanceTimersByTimeAsync(0);
  expect(batches.map(read)).toEqual([["a", "b"]]);
  await vi.advanceTimersByTimeAsync(4999);
  expect(batches.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches.map(read)).toEqual([["a", "b"], ["c"]]);
  expect(broker.metrics("q").backlogCount).toBe(0);
});

test("messages wait for a consumer, and a runtime that goes away costs none of them an attempt", async () => {
  broker.send("q", text("a"));
  await vi.advanceTimersByTimeAsync(60_000);
  let reachable = false;
  const batches = consume(
    () => {
      if (!reachable) throw new Error("no cell");
      return ok;
    },
    { maxRetries: 0, maxWaitTimeMs: 0 },
  );
  await vi.advanceTimersByTimeAsync(60_000);
  const tries = batches.length;
  expect(tries).toBeGreaterThan(3);
  expect(tries).toBeLessThan(12);
  expect(new Set(log)).toEqual(
    new Set(["queue q: a batch of 1 is delivered again later: the consumer could not be reached: no cell"]),
  );
  reachable = true;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(batches.slice(tries).map((b) => b.map((m) => m.attempts))).toEqual([[1]]);
  expect(broker.metrics("q").backlogCount).toBe(0);
});

test("a message that ends the runtime each time does not hold up the others", async () => {
  const done: string[] = [];
  consume(
    (messages) => {
      if (read(messages).includes("bomb")) throw new Error("the runtime ended");
      done.push(...read(messages));
      return ok;
    },
    { maxWaitTimeMs: 0, maxConcurrency: 1 },
  );
  broker.send("q", text("a", "bomb", ..."bcdefgh"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done.sort()).toEqual([..."abcdefgh"]);
  expect(read(broker.peek("q", 5))).toEqual(["bomb"]);
});

test("a message's own ack and retry win over the batch's end", async () => {
  const attempts: Record<string, number> = {};
  consume(
    (messages) => {
      for (const m of messages) attempts[read([m])[0] ?? ""] = m.attempts;
      const [acked, retried] = messages;
      return messages.length === 3
        ? {
            ...failed,
            explicitAcks: [acked?.id ?? ""],
            retries: [{ id: retried?.id ?? "", delaySeconds: 30 }],
          }
        : ok;
    },
    { maxWaitTimeMs: 0 },
  );
  broker.send("q", text("acked", "retried", "silent"));
  await vi.advanceTimersByTimeAsync(0);
  expect(attempts).toEqual({ acked: 1, retried: 1, silent: 2 });
  await vi.advanceTimersByTimeAsync(29_999);
  expect(attempts["retried"]).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts["retried"]).toBe(2);
  expect(broker.metrics("q").backlogCount).toBe(0);
});

test("retryAll keeps all messages, ackAll ends them even after an exception", async () => {
  let outcome: QueueOutcome = { ...ok, retryAll: { delaySeconds: 5 } };
  const batches = consume(() => outcome, { maxWaitTimeMs: 0 });
  broker.send("q", text("a", "b"));
  await vi.advanceTimersByTimeAsync(0);
  expect(broker.metrics("q").backlogCount).toBe(2);
  outcome = { ...failed, ackAll: true };
  await vi.advanceTimersByTimeAsync(5000);
  expect(batches.length).toBe(2);
  expect(broker.metrics("q").backlogCount).toBe(0);
});

test("after max_retries a message goes to the dead-letter queue, with its id, and starts afresh there", async () => {
  broker.configure("dead", settings);
  const batches = consume(() => failed, { maxRetries: 2, maxWaitTimeMs: 0, retryDelaySeconds: 1 }, "dead");
  broker.send("q", text("poison"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(batches.map((b) => b.map((m) => m.attempts))).toEqual([[1], [2], [3]]);
  expect(broker.metrics("q").backlogCount).toBe(0);
  const [dead] = broker.peek("dead", 5);
  expect(dead?.id).toBe(batches[0]?.[0]?.id);
  expect(dead?.attempts).toBe(1);
  expect(log.at(-1)).toBe("queue q: 1 message(s) moved to dead-letter queue dead after 2 retries");
});

test("without a dead-letter queue it is dropped, and the log says so", async () => {
  consume(() => failed, { maxRetries: 0, maxWaitTimeMs: 0 });
  broker.send("q", text("poison"));
  await vi.advanceTimersByTimeAsync(0);
  expect(broker.metrics("q").backlogCount).toBe(0);
  expect(log).toEqual(["queue q: 1 message(s) dropped after 0 retries: there is no dead-letter queue"]);
});

test("the dead-letter queue's own consumer is woken", async () => {
  broker.configure("dead", settings);
  const dead: string[] = [];
  broker.setConsumer("dead", {
    settings: { ...consumerSettings, maxWaitTimeMs: 0 },
    deadLetterQueueId: undefined,
    deliver: async (messages) => {
      dead.push(...read(messages));
      return ok;
    },
  });
  consume(() => failed, { maxRetries: 0, maxWaitTimeMs: 0 }, "dead");
  broker.send("q", text("poison"));
  await vi.advanceTimersByTimeAsync(0);
  expect(dead).toEqual(["poison"]);
});

test("a delay is the message's own or the queue's", async () => {
  broker.configure("q", { ...settings, deliveryDelaySeconds: 10 });
  const batches = consume(() => ok, { maxWaitTimeMs: 0 });
  const [own] = text("own");
  broker.send("q", [
    ...text("queue's"),
    { contentType: "text", body: own?.body ?? Buffer.alloc(0), delaySeconds: 3 },
  ]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(batches.map(read)).toEqual([["own"]]);
  await vi.advanceTimersByTimeAsync(7000);
  expect(batches.map(read)).toEqual([["own"], ["queue's"]]);
});

test("a paused queue takes messages and gives none until it is resumed", async () => {
  broker.configure("q", { ...settings, deliveryPaused: true });
  const batches = consume(() => ok, { maxWaitTimeMs: 0 });
  broker.send("q", text("a"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(batches).toEqual([]);
  broker.configure("q", settings);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches.map(read)).toEqual([["a"]]);
});

test("no more batches run at once than max_concurrency, and no message is in two of them", async () => {
  let running = 0;
  let most = 0;
  const seen: string[] = [];
  consume(
    async (messages) => {
      most = Math.max(most, ++running);
      seen.push(...read(messages));
      await new Promise((resolve) => setTimeout(resolve, 100));
      running--;
      return ok;
    },
    { batchSize: 1, maxConcurrency: 3, maxWaitTimeMs: 0 },
  );
  broker.send("q", text(..."abcdefgh"));
  await vi.advanceTimersByTimeAsync(1000);
  expect(most).toBe(3);
  expect(seen.sort()).toEqual([..."abcdefgh"]);
});

test("a batch is cut at 256 KB", async () => {
  const batches = consume(() => ok, { maxWaitTimeMs: 0 });
  broker.send("q", text(...Array.from({ length: 3 }, () => "x".repeat(100_000))));
  await vi.advanceTimersByTimeAsync(0);
  expect(batches.map((b) => b.length)).toEqual([2, 1]);
});

test("what is older than the retention is gone, and the log says so", async () => {
  broker.configure("q", { ...settings, messageRetentionSeconds: 60 });
  broker.send("q", text("old"));
  await vi.advanceTimersByTimeAsync(59_000);
  broker.send("q", text("new"));
  await vi.advanceTimersByTimeAsync(2000);
  expect(read(broker.peek("q", 5))).toEqual(["new"]);
  expect(log).toEqual(["queue q: 1 message(s) dropped, older than the retention of 60 s"]);
});

test("a pulled message is hidden for its lease, counts each attempt, and is gone when acknowledged", async () => {
  broker.configure("dead", settings);
  const options = { batchSize: 10, visibilityTimeoutMs: 1000, maxRetries: 2, deadLetterQueueId: "dead" };
  broker.send("q", text("a"));
  const [first] = broker.pull("q", options);
  expect(first?.attempts).toBe(1);
  expect(broker.pull("q", options)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  const [second] = broker.pull("q", options);
  expect(second?.attempts).toBe(2);
  expect(broker.settle("q", [], [{ leaseId: second?.leaseId ?? "", delaySeconds: 5 }])).toEqual({
    ackCount: 0,
    retryCount: 1,
  });
  expect(broker.pull("q", options)).toEqual([]);
  await vi.advanceTimersByTimeAsync(5000);
  const [third] = broker.pull("q", options);
  expect(third?.attempts).toBe(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(broker.pull("q", options)).toEqual([]);
  expect(read(broker.peek("dead", 1))).toEqual(["a"]);
  const [again] = broker.pull("dead", options);
  expect(broker.settle("dead", [again?.leaseId ?? "", "unknown"], [])).toEqual({
    ackCount: 1,
    retryCount: 0,
  });
  expect(broker.metrics("dead").backlogCount).toBe(0);
});

test("removing a queue removes its messages, and its name can mean a new queue", () => {
  broker.send("q", text("a"));
  broker.remove("q");
  expect(() => broker.send("q", text("b"))).toThrow("there is no queue q");
  broker.configure("q", settings);
  expect(broker.metrics("q")).toEqual({ backlogCount: 0, backlogBytes: 0, oldestMessageTimestampMs: 0 });
});

test("close waits for the batch under way and starts no other", async () => {
  const batches = consume(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ok;
    },
    { batchSize: 1, maxConcurrency: 1, maxWaitTimeMs: 0 },
  );
  broker.send("q", text("a", "b"));
  const closing = broker.close();
  await vi.advanceTimersByTimeAsync(1000);
  await closing;
  expect(batches.map(read)).toEqual([["a"]]);
  expect(read(broker.peek("q", 5))).toEqual(["b"]);
});

test("close does not wait for a handler that never ends, and its messages are there at the next start", async () => {
  consume(() => new Promise(() => {}), { maxWaitTimeMs: 0 });
  broker.send("q", text("a"));
  const closing = broker.close();
  await vi.advanceTimersByTimeAsync(10_000);
  await closing;
  expect(read(broker.peek("q", 5))).toEqual(["a"]);
});

test("log lines have the queues' names", async () => {
  broker.configure("q", { ...settings, name: "jobs" });
  broker.configure("dead", { ...settings, name: "jobs-dlq" });
  consume(() => failed, { maxRetries: 0, maxWaitTimeMs: 0 }, "dead");
  broker.send("q", text("poison"));
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["queue jobs: 1 message(s) moved to dead-letter queue jobs-dlq after 0 retries"]);
});

test("a clock that is set back does not keep a consumer resting", async () => {
  let reachable = false;
  const batches = consume(
    () => {
      if (!reachable) throw new Error("away");
      return ok;
    },
    { maxWaitTimeMs: 0 },
  );
  broker.send("q", text("a"));
  await vi.advanceTimersByTimeAsync(0);
  reachable = true;
  vi.setSystemTime(Date.now() - 24 * 3_600_000);
  broker.send("q", text("b"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(batches.map(read)).toEqual([["a"], ["b"]]);
});

test("a state that cannot be written, as on a full disk, ends no process: the messages wait until it can", async () => {
  const batches = consume(() => ok);
  broker.send("q", text("a"));
  state.sqlite.exec("PRAGMA query_only = ON");
  await vi.advanceTimersByTimeAsync(60_000); // a timer that threw would end the process, and fail this test
  expect(log.at(-1)).toMatch(/^queue q: nothing is delivered for 5 s, .*readonly/);
  expect(batches).toEqual([]);
  state.sqlite.exec("PRAGMA query_only = OFF");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(batches.map(read)).toEqual([["a"]]);
  expect(broker.metrics("q").backlogCount).toBe(0);
});
