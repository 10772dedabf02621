import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openState } from "../../state.ts";
import { openQueues } from "./broker.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What happens to a message at each delivery that reaches the worker, in order; after the last one it is acknowledged. */
type Step = "retry" | "retry later" | "throw" | "unreachable";
const step = fc.constantFrom<Step>("retry", "retry later", "throw", "unreachable");

test("whatever handlers do, a message ends in exactly one place: acknowledged, or in the dead-letter queue after its retries", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ steps: fc.array(step, { maxLength: 5 }), delaySeconds: fc.integer({ min: 0, max: 3 }) }),
        { minLength: 1, maxLength: 25 },
      ),
      fc.record({
        batchSize: fc.integer({ min: 1, max: 6 }),
        maxRetries: fc.integer({ min: 0, max: 3 }),
        maxWaitTimeMs: fc.integer({ min: 0, max: 500 }),
        maxConcurrency: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        retryDelaySeconds: fc.integer({ min: 0, max: 2 }),
      }),
      async (messages, settings) => {
        const broker = openQueues({ state: openState(":memory:"), log: () => {} });
        for (const queue of ["q", "dead"])
          broker.configure(queue, {
            deliveryDelaySeconds: 0,
            deliveryPaused: false,
            messageRetentionSeconds: 345_600,
          });
        const done = messages.map(() => 0);
        const failures = messages.map(() => 0);
        const left = messages.map(({ steps }) => [...steps]);
        const inHand = new Set<number>();
        broker.setConsumer("q", {
          settings,
          deadLetterQueueId: "dead",
          deliver: async (batch) => {
            const at = batch.map((m) => Number(Buffer.from(m.body).toString()));
            for (const i of at) {
              expect(inHand.has(i)).toBe(false);
              inHand.add(i);
            }
            await new Promise((resolve) => setTimeout(resolve, 10));
            for (const i of at) inHand.delete(i);
            // One message may bring the whole batch down with it; each has its next step used up by that.
            const steps = at.map((i) => left[i]?.[0]);
            for (const kind of ["unreachable", "throw"] as const) {
              if (!steps.includes(kind)) continue;
              for (const i of at) if (left[i]?.[0] === kind) left[i]?.shift();
              if (kind === "unreachable") throw new Error("the runtime went away");
              for (const [k, m] of batch.entries()) expect(m.attempts).toBe(1 + (failures[at[k] ?? 0] ?? 0));
              for (const i of at) failures[i] = (failures[i] ?? 0) + 1;
              return {
                outcome: "exception",
                ackAll: false,
                retryAll: undefined,
                explicitAcks: [],
                retries: [],
              };
            }
            const retries: { id: string; delaySeconds?: number }[] = [];
            for (const [k, m] of batch.entries()) {
              const i = at[k] ?? 0;
              const now = left[i]?.shift();
              if (now === undefined) done[i] = (done[i] ?? 0) + 1;
              else {
                failures[i] = (failures[i] ?? 0) + 1;
                retries.push(now === "retry" ? { id: m.id } : { id: m.id, delaySeconds: 2 });
              }
            }
            return { outcome: "ok", ackAll: false, retryAll: undefined, explicitAcks: [], retries };
          },
        });
        for (const [i, { delaySeconds }] of messages.entries())
          broker.send("q", [{ contentType: "text", body: Buffer.from(String(i)), delaySeconds }]);
        await vi.advanceTimersByTimeAsync(600_000);
        expect(broker.metrics("q").backlogCount).toBe(0);
        const dead = new Set(broker.peek("dead", 100).map((m) => Number(Buffer.from(m.body).toString())));
        for (const i of messages.keys()) {
          expect([i, (done[i] ?? 0) + (dead.has(i) ? 1 : 0)]).toEqual([i, 1]);
          expect(dead.has(i)).toBe((failures[i] ?? 0) > settings.maxRetries);
        }
        await broker.close();
      },
    ),
    { numRuns: 60 },
  );
});
