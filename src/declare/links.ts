import { workersOf } from "./graph.ts";
import { referencesOf } from "./kinds/bindings.ts";
import { type NamingStage, physicalName } from "./physical-name.ts";
import type { System } from "./system.ts";
import type { Worker } from "./workers/worker.ts";

/** A worker of a stack that hands something to another one of it, in its own system or not: the other has to know it. */
export interface Link {
  readonly from: Worker;
  readonly to: Worker;
  readonly by: "service" | "durableObject" | "workflow" | "tail" | "queue";
  /** What it goes by: the name of a binding, or of a queue; of a tail the consumer's. */
  readonly through: string;
  /** Of a service: the named entrypoint. @default - the default export */
  readonly entrypoint?: string;
}

/** Every link between two workers of a stack, also by raw bindings, which name workers and queues as Cloudflare does. */
export function linksOf(systems: readonly System[], stage: NamingStage): readonly Link[] {
  const workers = systems.flatMap(workersOf);
  const named = new Map(workers.map((worker) => [physicalName(worker, stage), worker] as const));
  const consumers = Map.groupBy(
    workers.flatMap((worker) =>
      worker.consumes.map(({ queue }) => ({ worker, queue: physicalName(queue, stage) })),
    ),
    ({ queue }) => queue,
  );
  const toQueue = (from: Worker, queue: string): readonly Link[] =>
    (consumers.get(queue) ?? []).map(({ worker: to }) => ({ from, to, by: "queue", through: queue }));
  const all = workers.flatMap((from): readonly Link[] => [
    ...(from.tailConsumers ?? []).map((to) => ({ from, to, by: "tail", through: to.name }) as const),
    ...Object.entries(from.env).flatMap(([through, binding]): readonly Link[] => {
      if (typeof binding === "string") return [];
      if (binding.kind === "queue") return toQueue(from, physicalName(binding, stage));
      if (binding.kind === "raw") return ofRaw({ from, through }, binding.binding, named, toQueue);
      const entrypoint = binding.kind === "service" ? binding.entrypoint : undefined;
      return referencesOf(binding).flatMap(({ by, to }) =>
        by === "store" ? [] : [{ from, to, by, through, ...(entrypoint !== undefined && { entrypoint }) }],
      );
    }),
  ]);
  return all.filter(({ from, to }) => from !== to);
}

type Members = Readonly<Record<string, unknown>>;

/** A member of a raw binding, as the API spells it or as the provider does. */
const textOf = (members: Members, ...spellings: readonly string[]): string | undefined =>
  spellings.map((each) => members[each]).find((value) => typeof value === "string");

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;

function ofRaw(
  at: Pick<Link, "from" | "through">,
  binding: Members,
  named: ReadonlyMap<string, Worker>,
  toQueue: (from: Worker, queue: string) => readonly Link[],
): readonly Link[] {
  const link = (
    by: Link["by"],
    name: string | undefined,
    entrypoint: string | undefined,
  ): readonly Link[] => {
    const to = name === undefined ? undefined : named.get(name);
    return to === undefined ? [] : [{ ...at, to, by, ...(entrypoint !== undefined && { entrypoint }) }];
  };
  const script = textOf(binding, "script_name", "scriptName");
  switch (binding["type"]) {
    case "service":
      return link("service", textOf(binding, "service"), textOf(binding, "entrypoint"));
    case "durable_object_namespace":
      return link("durableObject", script, undefined);
    case "workflow":
      return link("workflow", script, undefined);
    case "dispatch_namespace": {
      const { outbound } = binding;
      const worker = isMembers(outbound) && isMembers(outbound["worker"]) ? outbound["worker"] : {};
      return link("service", textOf(worker, "service"), textOf(worker, "entrypoint"));
    }
    case "queue": {
      const queue = textOf(binding, "queue_name", "queueName");
      return queue === undefined ? [] : toQueue(at.from, queue);
    }
    default:
      return [];
  }
}
