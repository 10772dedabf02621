import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { textAt, unknown } from "../../seen/values.ts";

export const isQueue = ({ type }: SeenResource): boolean => type === types.queue;
const isConsumer = ({ type }: SeenResource): boolean => type === types.consumer;

/** Which queue a consumer has, by the queue's name: a consumer knows its id alone, and not even that before the update. */
export function queueNamesOf(resources: readonly SeenResource[]): {
  readonly of: (consumer: SeenResource) => string | undefined;
} {
  const queues = resources.filter(isQueue);
  const nameOf = (queue: SeenResource | undefined): string | undefined => {
    const name = queue === undefined ? undefined : textAt(queue.props, "queueName");
    return typeof name === "string" ? name : undefined;
  };
  return {
    of: (consumer) => {
      const id = textAt(consumer.props, "queueId");
      if (typeof id === "string") {
        const byId = queues.find(({ props }) => props["queueId"] === id || props["id"] === id);
        if (byId !== undefined) return nameOf(byId);
      }
      // Not known yet: the queue that it waits for, unless that could be its dead letter queue.
      const deadLetter = textAt(consumer.props, "deadLetterQueue");
      const waitedFor = queues.filter(({ urn }) => consumer.dependsOn.includes(urn));
      const others = waitedFor.filter((queue) => nameOf(queue) !== deadLetter);
      return others.length === 1 ? nameOf(others[0]) : undefined;
    },
  };
}

/** Names of the queues that dead letters go to; `hidden` where one of them is not known yet. */
export function deadLettersOf(resources: readonly SeenResource[]): {
  readonly names: ReadonlySet<string>;
  readonly hidden: boolean;
} {
  const all = resources.filter(isConsumer).map(({ props }) => textAt(props, "deadLetterQueue"));
  return {
    names: new Set(all.flatMap((name) => (typeof name === "string" && name !== "" ? [name] : []))),
    hidden: all.includes(unknown),
  };
}
