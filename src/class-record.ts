import { workersOf } from "./declare/graph.ts";
import { isLive, type System } from "./declare/index.ts";

/** Of each worker, by `<system>/<worker>`: its Durable Object classes, and whether they have objects or are gone. */
export type ClassRecord = Readonly<Record<string, Readonly<Record<string, "live" | "gone">>>>;

/** Workers without classes are in it too: a worker that has lost all of its classes is told from one that was removed. */
export const classRecord = (systems: readonly System[]): Record<string, Record<string, "live" | "gone">> =>
  Object.fromEntries(
    systems.flatMap((system) =>
      workersOf(system).map((worker) => [
        `${system.name}/${worker.name}`,
        Object.fromEntries(
          Object.entries(worker.durableObjects).map(([className, declared]) => [
            className,
            isLive(declared) ? "live" : "gone",
          ]),
        ),
      ]),
    ),
  );
