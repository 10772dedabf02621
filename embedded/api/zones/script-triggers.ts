import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { scriptOf } from "../workers/script-of.ts";
import { shownDomain, zoneFor } from "./domains.ts";
import { hostOf, requirePatternIn, routeBody } from "./routes.ts";
import { domainBody, domainKind, everyZone, routeKind } from "./zone.ts";

const zone = { zone_id: z.string().nullish(), zone_name: z.string().nullish() };
const sentRoutes = z.array(z.looseObject({ pattern: z.string().min(1), ...zone }));

/** All routes of a script at once, which is how wrangler deploys them: those that are not sent are deleted. */
async function putRoutes(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(sentRoutes);
  const worker = scriptOf(request, world);
  const wanted = sent.map(({ pattern, ...of }) => {
    const found = zoneFor(hostOf(pattern), of, worker.account, world);
    requirePatternIn(found, pattern);
    return { pattern, kind: routeKind(found.id) };
  });
  world.state.transaction(() => {
    for (const { id } of everyZone(world.state).filter(({ account }) => account === worker.account))
      for (const route of world.state.list(worker.account, routeKind(id)))
        if (
          routeBody.parse(route.body).script === worker.name &&
          !wanted.some((one) => one.pattern === route.name)
        )
          world.state.remove(worker.account, routeKind(id), route.id);
    for (const { pattern, kind } of wanted) {
      const there = world.state.byName(worker.account, kind, pattern);
      const owner = there === undefined ? undefined : routeBody.parse(there.body).script;
      if (there === undefined)
        world.state.insert(worker.account, kind, randomBytes(16).toString("hex"), pattern, {
          script: worker.name,
        });
      else if (owner !== worker.name)
        throw new ApiError(
          409,
          10020,
          `workers.api.error.duplicate_route: the pattern ${pattern} is assigned to ${owner == null ? "no Worker on purpose" : `the Worker "${owner}"`}`,
        );
    }
  });
  return ok(wanted.map(({ pattern }) => pattern));
}

const origins = z.array(z.looseObject({ hostname: z.string().min(1), ...zone }));
const sentRecords = z.looseObject({ origins, override_existing_origin: z.boolean().nullish() });

/** The custom domains that the account has, and which of them the script wants. */
function compared(request: ApiRequest, world: World, sent: z.infer<typeof origins>) {
  const worker = scriptOf(request, world);
  const once = new Map(sent.map(({ hostname, ...of }) => [hostname.toLowerCase(), of]));
  const wanted = [...once].map(([hostname, of]) => ({
    hostname,
    zone: zoneFor(hostname, of, worker.account, world),
  }));
  const all = world.state
    .list(worker.account, domainKind)
    .map((stored) => ({ stored, service: domainBody.parse(stored.body).service }));
  return {
    worker,
    added: wanted.filter(({ hostname }) => !all.some(({ stored }) => stored.name === hostname)),
    kept: all.filter(({ stored }) => once.has(stored.name)),
    removed: all.filter(({ stored, service }) => service === worker.name && !once.has(stored.name)),
  };
}

/** What {@link putRecords} would do. */
async function changeset(request: ApiRequest, world: World): Promise<Reply> {
  const { worker, added, kept, removed } = compared(request, world, await request.json(origins));
  return ok({
    added: added.map(({ hostname, zone: { id, name } }) => ({ hostname, zone_id: id, zone_name: name })),
    updated: kept.map(({ stored, service }) => ({
      ...shownDomain(stored),
      modified: service !== worker.name,
    })),
    removed: removed.map(({ stored }) => shownDomain(stored)),
    conflicting: [],
  });
}

/** All custom domains of a script at once. One that another Worker has moves here only where that is asked for. */
async function putRecords(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(sentRecords);
  const { worker, added, kept, removed } = compared(request, world, sent.origins);
  const foreign = kept.find(({ service }) => service !== worker.name);
  if (foreign !== undefined && sent.override_existing_origin !== true)
    throw new ApiError(
      409,
      100116,
      `Hostname ${foreign.stored.name} is already in use by the Worker "${foreign.service}"; remove that custom domain first.`,
    );
  const { account, name: service } = worker;
  world.state.transaction(() => {
    for (const { stored } of removed) world.state.remove(account, domainKind, stored.id);
    for (const { stored } of kept)
      world.state.update(account, domainKind, stored.id, stored.name, {
        ...domainBody.parse(stored.body),
        service,
      });
    for (const { hostname, zone: of } of added)
      world.state.insert(account, domainKind, randomBytes(16).toString("hex"), hostname, {
        service,
        environment: "production",
        zoneId: of.id,
        zoneName: of.name,
        certId: randomUUID(),
      });
  });
  return ok(compared(request, world, sent.origins).kept.map(({ stored }) => shownDomain(stored)));
}

const script = "/accounts/:account/workers/scripts/:script";
export const scriptTriggerRoutes: readonly Route[] = [
  { method: "PUT", path: `${script}/routes`, permission: "Workers Routes:Edit", handle: putRoutes },
  {
    method: "POST",
    path: `${script}/domains/changeset`,
    permission: "Workers:Editor",
    handle: changeset,
  },
  {
    method: "PUT",
    path: `${script}/domains/records`,
    permission: "Workers:Editor",
    handle: putRecords,
  },
];
