import { types } from "../../seen/types.ts";
import { textAt } from "../../seen/values.ts";
import { about, type StackFinding, type StackRule, violation, warning } from "../rule.ts";
import { deadLettersOf, isQueue, queueNamesOf } from "./queues.ts";

/** A dead letter that nobody takes is gone when the queue's retention is over. */
export const deadLettersAreConsumed: StackRule = {
  id: "dead-letters-are-consumed",
  title: "Every dead letter queue has a consumer.",
  why: "A queue keeps a message for four days, or for fourteen at most. Dead letters that nobody takes off are deleted then, unread.",
  remediation: "Let a worker consume the dead letter queue and keep what comes, or give it a pull consumer.",
  severity: "medium",
  warns: true,
  levels: { protected: "advisory", others: "disabled" },
  settings: { allow: { kind: "list", says: "Dead letter queues that people look at, by their names" } },
  checkStack: (resources, { list }) => {
    const names = queueNamesOf(resources);
    const consumers = resources.filter(({ type }) => type === types.consumer);
    const consumed = new Set(consumers.map(names.of));
    const allowed = new Set(list("allow"));
    // A consumer whose queue is not known yet may be the one.
    if (consumed.has(undefined) && consumed.delete(undefined) && consumers.length > consumed.size)
      return hiddenConsumers(consumers, names.of);
    return [...deadLettersOf(resources).names]
      .filter((name) => !consumed.has(name) && !allowed.has(name))
      .flatMap((name): StackFinding[] => {
        const queue = resources.filter(isQueue).find(({ props }) => textAt(props, "queueName") === name);
        const said = `Nothing consumes the dead letter queue ${name}: what comes there is deleted when its retention is over. Let a worker consume it.`;
        if (queue !== undefined) return [about(queue, violation(said))];
        return consumers
          .filter(({ props }) => textAt(props, "deadLetterQueue") === name)
          .map((consumer) =>
            about(
              consumer,
              warning(
                `${consumer.name} sends dead letters to ${name}, which this stack does not have: whether anybody takes them cannot be told here.`,
              ),
            ),
          );
      });
  },
};

const hiddenConsumers = (
  consumers: Parameters<StackRule["checkStack"]>[0],
  queueOf: (consumer: (typeof consumers)[number]) => string | undefined,
): readonly StackFinding[] =>
  consumers
    .filter((consumer) => queueOf(consumer) === undefined)
    .map((consumer) =>
      about(consumer, {
        kind: "cannotTell",
        message: `${consumer.name}: which queue it consumes is not known before the update, so whether every dead letter queue is consumed cannot be told yet.`,
      }),
    );
