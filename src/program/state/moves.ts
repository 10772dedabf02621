import { z } from "zod";
import { workersOf } from "../../declare/graph.ts";
import type { System } from "../../declare/index.ts";
import type { Stage } from "../../project/stage.ts";
import type { StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";

const consumerType = "cloudflare:index/queueConsumer:QueueConsumer";
const routeType = "cloudflare:index/workersRoute:WorkersRoute";

const queueId = z.object({ queueId: z.string() });
const route = z.object({ zoneId: z.string(), pattern: z.string() });

/** `<type> <name>` as the program registers it now → the URN under which the state has it. */
export type Moves = ReadonlyMap<string, string>;

/** A resource that there is once at Cloudflare, however it is called here. */
interface Only {
  readonly name: string;
  readonly is: (known: StateResource) => boolean;
}

/**
 * Consumers and routes that go from one worker to another, or from a worker to a client that pulls. A queue has one consumer and a pattern one worker, so to
 * Cloudflare it is the same one: made anew under its new name, it would be refused as long as the old one is there.
 */
export function movesOf(
  state: readonly StateResource[],
  systems: readonly System[],
  stage: Stage,
  zoneIds: ReadonlyMap<string, string>,
): Moves {
  return new Map([
    ...movedAmong(
      state,
      consumerType,
      systems.flatMap((system) => consumersOf(system, state)),
    ),
    ...movedAmong(
      state,
      routeType,
      systems.flatMap((system) => routesOf(system, stage, zoneIds)),
    ),
  ]);
}

function movedAmong(
  state: readonly StateResource[],
  type: string,
  wanted: readonly Only[],
): readonly (readonly [string, string])[] {
  const known = state.filter((each) => each.type === type);
  const left = known.filter(({ name }) => !wanted.some((each) => each.name === name));
  return wanted.flatMap(({ name, is }) => {
    if (known.some((each) => each.name === name)) return [];
    const old = left.find(is);
    return old === undefined ? [] : [[`${type} ${name}`, old.urn] as const];
  });
}

function consumersOf(system: System, state: readonly StateResource[]): readonly Only[] {
  const idOf = (queue: string): string | undefined =>
    queueId.safeParse(
      state.find(({ type, name }) => type === kinds.queue.type && name === `${system.name}/${queue}`)
        ?.outputs,
    ).data?.queueId;
  const only = (name: string, queue: string): Only => {
    const id = idOf(queue);
    return {
      name: `${system.name}/${name}`,
      is: ({ outputs }) => id !== undefined && queueId.safeParse(outputs).data?.queueId === id,
    };
  };
  return [
    ...workersOf(system).flatMap(({ name, consumes }) =>
      consumes.map(({ queue }) => only(`${name}/${queue.name}`, queue.name)),
    ),
    ...system.resources.flatMap((each) =>
      each.kind === "queue" && each.pullConsumer !== undefined ? [only(`${each.name}/pull`, each.name)] : [],
    ),
  ];
}

const routesOf = (system: System, stage: Stage, zoneIds: ReadonlyMap<string, string>): readonly Only[] =>
  workersOf(system).flatMap(({ name, routes }) =>
    (routes[stage.name] ?? []).map((declared) => ({
      name: `${system.name}/${name}/${declared.pattern}`,
      is: ({ outputs }: StateResource) => {
        const known = route.safeParse(outputs).data;
        const zoneId = "zoneId" in declared ? declared.zoneId : zoneIds.get(declared.zoneName);
        return known?.pattern === declared.pattern && known.zoneId === zoneId;
      },
    })),
  );
