import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { type Asked, ask } from "./ask.ts";
import { asState, differing } from "./differing.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";

const queue = z.object({ queueId: z.string(), queueName: z.string() });
const consumer = z.looseObject({
  consumerId: z.string(),
  type: z.string().nullish(),
  scriptName: z.string().nullish(),
  script: z.string().nullish(),
  deadLetterQueue: z.string().nullish(),
  settings: z.record(z.string(), z.unknown()).nullish(),
});
type Consumer = z.infer<typeof consumer>;
const recorded = consumer.extend({ queueId: z.string() });

/** Who takes messages off the stack's queues, where that is not who the stack said. */
export async function consumerFindings(
  asked: Asked,
  state: readonly StateResource[],
): Promise<readonly Finding[]> {
  const ofType = (wanted: string) => state.filter(({ type }) => type === wanted);
  const own = ofType("cloudflare:index/queueConsumer:QueueConsumer").map(({ name, outputs }) => ({
    name,
    ...recorded.parse(outputs),
  }));
  const queues = ofType("cloudflare:index/queue:Queue").map(({ name, outputs }) => ({
    resource: name,
    ...queue.parse(outputs),
  }));
  const found = await Promise.all(
    queues.map(async ({ resource, queueId, queueName }) => {
      const answer = await ask(asked, `queues/${queueId}/consumers`, "Queues Read");
      if (answer === undefined) return [];
      const live = z.array(consumer).parse(asState(answer));
      const wanted = own.filter((each) => each.queueId === queueId);
      const strangers = live.filter(({ consumerId }) =>
        wanted.every((each) => each.consumerId !== consumerId),
      );
      return [
        ...wanted.flatMap((each) => changed(asked, each, live, queueName)),
        ...strangers.map((each) => stranger(resource, queueName, each)),
      ];
    }),
  );
  return found.flat();
}

type Own = z.infer<typeof recorded> & { readonly name: string };

function changed({ accountId }: Asked, own: Own, live: readonly Consumer[], queueName: string): Finding[] {
  const { name: resource, consumerId, queueId, deadLetterQueue, type, settings } = own;
  const common = { resource, aspect: "consumer", expected: `${called(own)} of queue ${queueName}` } as const;
  const found = live.find((each) => each.consumerId === consumerId);
  if (found === undefined)
    return [
      {
        ...common,
        what: "The queue's consumer is gone: its messages wait",
        found: "no such consumer",
        differences: [],
        putBack: "refresh",
        fix: sentence`${command("up")} makes it again`,
      },
    ];
  const unlinked = (found.deadLetterQueue ?? "") !== (deadLetterQueue ?? "");
  const differences = [
    ...differing(settings ?? {}, found.settings ?? {}),
    ...(called(own) === called(found) ? [] : [`${called(own)} → ${called(found)}`]),
    ...(unlinked
      ? [`dead letters to ${deadLetterQueue ?? "nowhere"} → to ${found.deadLetterQueue ?? "nowhere"}`]
      : []),
  ];
  if (differences.length === 0) return [];
  return [
    {
      ...common,
      what: "The queue's consumer is set otherwise than the stack's",
      found: `${called(found)} with other settings`,
      differences,
      // The provider reads the settings, but never where dead letters go.
      putBack: unlinked ? "up" : "refresh",
      fix: sentence`${command("up")} puts them back; to keep them, declare them`,
      ...(unlinked && {
        repair: {
          of: `consumer ${resource}`,
          method: "PUT",
          path: `/accounts/${accountId}/queues/${queueId}/consumers/${consumerId}`,
          body: {
            type: type ?? "worker",
            ...(own.scriptName == null ? {} : { script_name: own.scriptName }),
            ...(deadLetterQueue == null ? {} : { dead_letter_queue: deadLetterQueue }),
            settings: asSent(settings ?? {}),
          },
        },
      }),
    },
  ];
}

const stranger = (resource: string, queueName: string, found: Consumer): Finding => ({
  resource,
  aspect: "consumer",
  what: "Something takes messages off the queue that the stack did not make",
  expected: "no other consumer than what is declared",
  found: `${called(found)} of queue ${queueName}`,
  differences: [],
  putBack: "person",
  fix: `declare it (consumes of the worker), or take it away: wrangler queues consumer remove ${queueName} ${found.scriptName ?? found.script ?? "<worker>"}`,
});

const called = ({ type, scriptName, script }: Consumer): string =>
  type === "http_pull" ? "a consumer over HTTP" : `consumer ${scriptName ?? script ?? "without a worker"}`;

const asSent = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
