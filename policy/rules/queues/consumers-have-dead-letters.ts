import { types } from "../../seen/types.ts";
import { numberAt, textAt, unknown } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";
import { deadLettersOf, isQueue, queueNamesOf } from "./queues.ts";

/** What failed too often is kept somewhere, and it does not fail for ever. */
export const consumersHaveDeadLetters: StackRule = {
  id: "consumers-have-dead-letters",
  title:
    "Every consumer of a queue has a dead letter queue and bounded retries; the last queue in the row needs none.",
  why: "Without a dead letter queue a message that failed too often is deleted, and nobody learns what was in it.",
  remediation: "Make a queue for what failed, and name it in `deadLetterQueue`.",
  severity: "high",
  levels: { protected: "advisory", others: "disabled" },
  settings: {
    mostRetries: {
      kind: "number",
      says: "Deliveries after the first that are allowed",
      standard: 100,
      least: 0,
      most: 100,
    },
    allow: { kind: "list", says: "Queues whose messages may be lost, by their names" },
  },
  checkStack: (resources, { number, list }) => {
    const names = queueNamesOf(resources);
    const deadLetters = deadLettersOf(resources);
    const allowed = new Set(list("allow"));
    return resources
      .filter(({ type }) => type === types.consumer)
      .flatMap((consumer): StackFinding[] => {
        const found: StackFinding[] = [];
        const retries = numberAt(consumer.props, "settings", "maxRetries");
        if (typeof retries === "number" && retries > number("mostRetries"))
          found.push(
            about(
              consumer,
              violation(
                `${consumer.name} delivers a message up to ${retries} times again; ${number("mostRetries")} are allowed. Lower maxRetries.`,
              ),
            ),
          );
        const deadLetter = textAt(consumer.props, "deadLetterQueue");
        if (deadLetter === unknown || (deadLetter !== undefined && deadLetter !== "")) return found;
        const queue = names.of(consumer);
        if (queue !== undefined && (allowed.has(queue) || deadLetters.names.has(queue))) return found;
        if (queue === undefined && deadLetters.hidden)
          return [...found, about(consumer, cannotTell(consumer, "whose dead letters it takes"))];
        if (queue === undefined && resources.some(isQueue) && deadLetters.names.size > 0)
          return [...found, about(consumer, cannotTell(consumer, "which queue it consumes"))];
        found.push(
          about(
            consumer,
            violation(
              `${consumer.name} has no dead letter queue: a message that failed too often is deleted. Name one in deadLetterQueue.`,
            ),
          ),
        );
        return found;
      });
  },
};
