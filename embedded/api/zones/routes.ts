import { randomBytes } from "node:crypto";
import { z } from "zod";
import { NameTaken, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { workerNamed } from "../workers/registry.ts";
import { routeKind, type Zone, zoneOf } from "./zone.ts";

export const routeBody = z.object({ script: z.string().nullish() });
const sentSchema = z.object({ pattern: z.string().min(1), script: z.string().min(1).nullish() });
const kindOf = (zone: Zone): string => routeKind(zone.id);

async function create(request: ApiRequest, world: World): Promise<Reply> {
  const zone = zoneOf(request, world);
  const { pattern, script } = await checked(request, world, zone);
  const id = randomBytes(16).toString("hex");
  unlessTaken(pattern, () =>
    world.state.insert(zone.account, kindOf(zone), id, pattern, { script: script ?? null }),
  );
  return ok(shown(found(request, world, zone, id)));
}

async function update(request: ApiRequest, world: World): Promise<Reply> {
  const zone = zoneOf(request, world);
  const { id } = found(request, world, zone);
  const { pattern, script } = await checked(request, world, zone);
  unlessTaken(pattern, () =>
    world.state.update(zone.account, kindOf(zone), id, pattern, { script: script ?? null }),
  );
  return ok(shown(found(request, world, zone, id)));
}

async function checked(request: ApiRequest, world: World, zone: Zone): Promise<z.infer<typeof sentSchema>> {
  const sent = await request.json(sentSchema);
  requirePatternIn(zone, sent.pattern);
  if (sent.script != null && workerNamed(world.state, zone.account, sent.script) === undefined)
    throw new ApiError(404, 10019, `workers.api.error.script_not_found: there is no Worker "${sent.script}"`);
  return sent;
}

/** The host that a pattern is about, without its wildcard. */
export const hostOf = (pattern: string): string =>
  (pattern.replace(/^https?:\/\//, "").split("/")[0] ?? "").replace(/^\*\.?/, "").toLowerCase();

export function requirePatternIn(zone: Zone, pattern: string): void {
  const host = hostOf(pattern);
  if (host !== zone.name && !host.endsWith(`.${zone.name}`))
    throw new ApiError(400, 10022, `The pattern ${JSON.stringify(pattern)} is not in the zone ${zone.name}`);
}

function unlessTaken(pattern: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(
      409,
      10020,
      `workers.api.error.duplicate_route: a route with the pattern ${pattern} already exists`,
    );
  }
}

function found(request: ApiRequest, world: World, zone: Zone, id = request.params["route"] ?? ""): Stored {
  const route = world.state.get(zone.account, kindOf(zone), id);
  if (route === undefined) throw new ApiError(404, 10018, "workers.api.error.route_not_found");
  return route;
}

function shown({ id, name, body: stored }: Stored): object {
  const { script } = routeBody.parse(stored);
  return { id, pattern: name, ...(script == null ? {} : { script }) };
}

function list(request: ApiRequest, world: World): Reply {
  const zone = zoneOf(request, world);
  return ok(world.state.list(zone.account, kindOf(zone)).map(shown));
}

function remove(request: ApiRequest, world: World): Reply {
  const zone = zoneOf(request, world);
  const { id } = found(request, world, zone);
  world.state.remove(zone.account, kindOf(zone), id);
  return ok({ id });
}

const base = "/zones/:zone/workers/routes";
export const routeRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers Routes:Read", handle: list },
  { method: "POST", path: base, permission: "Workers Routes:Edit", handle: create },
  {
    method: "GET",
    path: `${base}/:route`,
    permission: "Workers Routes:Read",
    handle: (request, world) => ok(shown(found(request, world, zoneOf(request, world)))),
  },
  { method: "PUT", path: `${base}/:route`, permission: "Workers Routes:Edit", handle: update },
  { method: "DELETE", path: `${base}/:route`, permission: "Workers Routes:Edit", handle: remove },
];
