import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { workersOf } from "../../declare/graph.ts";
import type { Resource, System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import type { Stage } from "../../project/stage.ts";
import type { StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";
import { emptyId } from "./empty-of-name.ts";

/** What a run of the program wants, and whom it may ask. */
export interface HalfMadeAsked {
  readonly systems: readonly System[];
  readonly stage: Stage;
  readonly ownsShared: boolean;
  readonly accountId: string;
  readonly zoneIds: ReadonlyMap<string, string>;
  /** Called only where something has to be asked. */
  readonly connection: () => Connection;
}

/** `<type> <name>` of a resource → what Pulumi imports it by; of a Hyperdrive configuration, which makes way, its id. */
export type HalfMade = ReadonlyMap<string, string>;

const targetType = "pulumi-nodejs:dynamic/lockstep:Target";
const routeType = "cloudflare:index/workersRoute:WorkersRoute";

/**
 * What a run that ended in an error made all the same: Cloudflare did it, and its answer was lost. Only on a stack that was begun before, only under the very
 * name that is declared, and only where nothing is in it, so that nobody's data can be meant: anything else is for a person to import.
 */
export async function halfMade(state: readonly StateResource[], asked: HalfMadeAsked): Promise<HalfMade> {
  if (!state.some(({ type }) => type === targetType)) return new Map();
  const missing = (type: string, name: string): boolean =>
    !state.some((each) => each.type === type && each.name === name);
  const stores = asked.systems.flatMap((system) =>
    system.resources
      .filter((declared) => isMadeHere(declared, asked))
      .map((declared) => ({
        declared,
        type: kinds[declared.kind].type,
        name: `${system.name}/${declared.name}`,
      })),
  );
  const found = await Promise.all([
    ...stores
      .filter(({ type, name }) => missing(type, name))
      .map(async ({ declared, type, name }) => [`${type} ${name}`, await emptyId(declared, asked)] as const),
    ...asked.systems.flatMap((system) =>
      routesIn(system, asked)
        .filter(({ name }) => missing(routeType, name))
        .map(async (route) => [`${routeType} ${route.name}`, await routeId(route, asked)] as const),
    ),
  ]);
  return new Map(found.flatMap(([key, id]) => (id === undefined ? [] : [[key, id] as const])));
}

/** What is adopted or another stage's has its own way in. */
const isMadeHere = (declared: Resource, { stage, ownsShared }: HalfMadeAsked): boolean =>
  (!("adopt" in declared) || declared.adopt?.[stage.name] === undefined) &&
  (ownsShared || !("shared" in declared) || declared.shared !== true);

interface WantedRoute {
  readonly name: string;
  readonly zoneId: string | undefined;
  readonly pattern: string;
  readonly script: string;
}

const routesIn = (system: System, { stage, zoneIds }: HalfMadeAsked): readonly WantedRoute[] =>
  workersOf(system).flatMap((worker) =>
    (worker.routes[stage.name] ?? []).map((route) => ({
      name: `${system.name}/${worker.name}/${route.pattern}`,
      zoneId: "zoneId" in route ? route.zoneId : zoneIds.get(route.zoneName),
      pattern: route.pattern,
      script: physicalName(worker, stage),
    })),
  );

const routesShape = z.array(z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() }));

/** A route that leads to this very worker already. */
async function routeId(
  { zoneId, pattern, script }: WantedRoute,
  { connection }: HalfMadeAsked,
): Promise<string | undefined> {
  if (zoneId === undefined) return undefined;
  const found = routesShape.parse(await call(connection(), "GET", `/zones/${zoneId}/workers/routes`));
  const same = found.find((each) => each.pattern === pattern && each.script === script);
  return same === undefined ? undefined : `${zoneId}/${same.id}`;
}
