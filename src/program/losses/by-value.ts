import { z } from "zod";
import { workersOf } from "../../declare/graph.ts";
import type { Queue, System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { outputsOf, type StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";
import { lifecycleInputs } from "../../resources/stores/buckets/bucket-rules.ts";
import { type ExpiringRule, expiringRules } from "../../resources/stores/buckets/expiry.ts";
import { retentionSeconds } from "../../resources/stores/message-queue.ts";
import type { Wanted } from "./dropped.ts";
import { elsewhere, withoutMigrations } from "./elsewhere.ts";
import { heldIn } from "./held.ts";
import { shorterLocks } from "./locks.ts";
import type { ValueLoss } from "./value-loss.ts";

/** What the new values of a declaration delete, compared with what the last run left. */
export const valueLosses = (state: readonly StateResource[], wanted: Wanted): readonly ValueLoss[] =>
  wanted.systems.flatMap((system) => [
    ...shorterRetentions(state, system),
    ...unlinkedDeadLetters(state, system),
    ...expiries(state, system, wanted),
    ...shorterLocks(state, system, wanted),
    ...elsewhere(state, system, wanted),
    ...withoutMigrations(state, system),
    ...deletedClasses(state, system),
  ]);

const queueShape = z.object({
  queueId: z.string(),
  settings: z.object({ messageRetentionPeriod: z.number() }),
});

function shorterRetentions(state: readonly StateResource[], system: System): readonly ValueLoss[] {
  return system.resources.flatMap((declared): readonly ValueLoss[] => {
    if (declared.kind !== "queue") return [];
    const label = `${system.name}/${declared.name}`;
    const was = queueShape.safeParse(outputsOf(state, kinds.queue.type, label));
    const seconds = retentionSeconds(declared);
    if (!was.success || was.data.settings.messageRetentionPeriod <= seconds) return [];
    return [
      {
        label,
        property: "messageRetentionSeconds",
        becomes: (be) =>
          `${be} dropped at an age of ${seconds} s, instead of ${was.data.settings.messageRetentionPeriod} s`,
        before: was.data.settings.messageRetentionPeriod,
        after: seconds,
        holder: { kind: "queue", id: was.data.queueId },
        alsoLater: false,
      },
    ];
  });
}

export const consumerType = "cloudflare:index/queueConsumer:QueueConsumer";
const consumerShape = z.object({ queueId: z.string(), deadLetterQueue: z.string().optional() });

/** Where a queue keeps its consumer, what it gave up on is deleted from now on. */
function unlinkedDeadLetters(state: readonly StateResource[], system: System): readonly ValueLoss[] {
  const consumers = state.flatMap(({ type, outputs }) =>
    type === consumerType ? [consumerShape.parse(outputs)] : [],
  );
  return consumedIn(system).flatMap(({ queue, deadLetter }): readonly ValueLoss[] => {
    const label = `${system.name}/${queue.name}`;
    const of = queueShape.safeParse(outputsOf(state, kinds.queue.type, label));
    const was = consumers.find(({ queueId }) => queueId === of.data?.queueId);
    if (deadLetter !== undefined || was?.deadLetterQueue === undefined || was.deadLetterQueue === "")
      return [];
    return [
      {
        label,
        property: "deadLetter",
        becomes: (be) =>
          `${be} deleted once the consumer has given up, instead of going to ${was.deadLetterQueue}`,
        before: was.deadLetterQueue,
        after: null,
        holder: { kind: "queue", id: was.queueId },
        alsoLater: true,
      },
    ];
  });
}

interface Consumed {
  readonly queue: Queue;
  readonly deadLetter: Queue | undefined;
}

const consumedIn = (system: System): readonly Consumed[] => [
  ...workersOf(system).flatMap(({ consumes }) =>
    consumes.map(({ queue, deadLetter }) => ({ queue, deadLetter })),
  ),
  ...system.resources.flatMap((queue) =>
    queue.kind === "queue" && queue.pullConsumer !== undefined
      ? [{ queue, deadLetter: queue.pullConsumer.deadLetter }]
      : [],
  ),
];

const lifecycleType = "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle";
const rulesShape = z.object({ rules: z.unknown() });

/** Rules that delete objects and did not do so before, of buckets that are there. */
function expiries(state: readonly StateResource[], system: System, { stage }: Wanted): readonly ValueLoss[] {
  return system.resources.flatMap((declared): readonly ValueLoss[] => {
    const label = `${system.name}/${declared.name}`;
    if (declared.kind !== "r2" || outputsOf(state, kinds.r2.type, label) === undefined) return [];
    const was = rulesShape.safeParse(outputsOf(state, lifecycleType, label));
    const known = expiringRules(was.data?.rules).filter(({ enabled }) => enabled);
    const rules = expiringRules(lifecycleInputs(declared.lifecycle ?? []));
    return rules
      .filter(({ enabled, deleteObjectsTransition }) => enabled && deleteObjectsTransition !== undefined)
      .filter((rule) => !known.some((each) => deletesAsMuch(each, rule)))
      .map(({ id, conditions: { prefix }, deleteObjectsTransition }) => ({
        label,
        property: `lifecycle, rule ${id}`,
        becomes: (be) => `${prefix === "" ? "" : `under ${prefix} `}${be} deleted with age`,
        before: known,
        after: { prefix, deleteObjectsTransition },
        holder: {
          kind: "r2",
          name: physicalName(declared, stage),
          jurisdiction: declared.jurisdiction ?? "default",
          ...(prefix !== "" && { prefix }),
        },
        alsoLater: false,
      }));
  });
}

/** Whether what one rule deletes, another deleted already, and not later. */
function deletesAsMuch(before: ExpiringRule, after: ExpiringRule): boolean {
  const [was, is] = [before.deleteObjectsTransition?.condition, after.deleteObjectsTransition?.condition];
  if (was === undefined || is === undefined) return false;
  if (!after.conditions.prefix.startsWith(before.conditions.prefix)) return false;
  if (was.date !== undefined || is.date !== undefined)
    return was.date !== undefined && is.date !== undefined && was.date <= is.date;
  return (was.maxAge ?? 0) <= (is.maxAge ?? 0);
}

function deletedClasses(state: readonly StateResource[], system: System): readonly ValueLoss[] {
  const held = heldIn(state);
  return workersOf(system).flatMap((worker) =>
    Object.entries(worker.durableObjects).flatMap(([className, { lifecycle }]): readonly ValueLoss[] => {
      if (lifecycle?.state !== "deleted") return [];
      const label = `${system.name}/${worker.name}`;
      const live = held.find(
        ({ label: of, holder }) => of === label && holder.kind === "class" && holder.className === className,
      );
      if (live === undefined) return [];
      const becomes: ValueLoss["becomes"] = (be) => `of class ${className} ${be} deleted`;
      return [
        {
          label,
          property: `durableObjects.${className}`,
          becomes,
          before: "live",
          after: "deleted",
          holder: live.holder,
          alsoLater: false,
        },
      ];
    }),
  );
}
