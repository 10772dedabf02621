import { isLive, type System } from "../../declare/index.ts";

/** `<kind> <system>/<name>` of everything that holds data in these systems: stores, and workers with Durable Objects. */
export const holdersOf = (systems: readonly System[]): readonly string[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) =>
      resource.kind === "hyperdrive" ||
      (resource.kind === "worker" && !Object.values(resource.durableObjects).some(isLive))
        ? []
        : [`${resource.kind} ${system.name}/${resource.name}`],
    ),
  );
