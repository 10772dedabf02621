import { calls, workersOf } from "../declare/graph.ts";
import { isLive, type System } from "../declare/index.ts";
import { type NamingStage, physicalName } from "../declare/physical-name.ts";
import { cronsIn } from "../declare/workers/crons.ts";

/** What a stack remembers of a worker, to see at the next run what must not happen to it. */
export interface RecordedWorker {
  /** Its name at Cloudflare. */
  readonly name: string;
  /** What knows it by that name at Cloudflare: `worker <system>/<worker>` that binds it, `queue <system>/<queue>` that it consumes. */
  readonly heldBy: readonly string[];
  /** Its cron expressions; absent where none is declared, not even an empty list. */
  readonly crons?: readonly string[];
  /** Whether one invocation has limits of its own; absent where none are declared, not even an empty set. */
  readonly limited?: boolean;
  /** Its Durable Object classes, and whether they have objects or are gone. */
  readonly classes: Readonly<Record<string, "live" | "gone">>;
}

/** All workers of a stack, by `<system>/<worker>`. */
export const workerRecord = (
  systems: readonly System[],
  stage: NamingStage,
): Record<string, RecordedWorker> =>
  Object.fromEntries(
    systems.flatMap((system) =>
      workersOf(system).map((worker) => [
        `${system.name}/${worker.name}`,
        {
          name: physicalName(worker, stage),
          heldBy: [
            ...workersOf(system)
              .filter((each) => calls(each).some(({ to }) => to === worker))
              .map((each) => `worker ${system.name}/${each.name}`),
            ...worker.consumes.map(({ queue }) => `queue ${system.name}/${queue.name}`),
          ],
          ...(worker.crons !== undefined && { crons: cronsIn(worker, stage.name) ?? [] }),
          ...(worker.limits !== undefined && { limited: Object.keys(worker.limits).length > 0 }),
          classes: Object.fromEntries(
            Object.entries(worker.durableObjects).map(([className, declared]) => [
              className,
              isLive(declared) ? "live" : "gone",
            ]),
          ),
        },
      ]),
    ),
  );
