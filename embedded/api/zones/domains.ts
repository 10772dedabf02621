import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { workerNamed } from "../workers/registry.ts";
import { domainBody as body, everyZone, domainKind as kind, type Zone } from "./zone.ts";

const sentSchema = z.looseObject({
  hostname: z.string().min(1),
  service: z.string().min(1),
  zone_id: z.string().nullish(),
  zone_name: z.string().nullish(),
  environment: z.string().nullish(),
});

/** Attaches a hostname to a Worker. The same hostname on the same Worker again changes nothing; on another it is refused. */
async function put(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(sentSchema);
  const account = request.account.id;
  const hostname = sent.hostname.toLowerCase();
  const zone = zoneFor(hostname, sent, account, world);
  request.require("Workers Routes:Edit", { zone: zone.id });
  if (workerNamed(world.state, account, sent.service) === undefined)
    throw new ApiError(
      404,
      10007,
      `workers.api.error.service_not_found: there is no Worker "${sent.service}"`,
    );
  const id = world.state.transaction(() => {
    const there = world.state.everywhere(kind).find(({ name }) => name === hostname);
    if (there !== undefined && (there.account !== account || body.parse(there.body).service !== sent.service))
      throw new ApiError(
        409,
        100116,
        `Hostname ${hostname} is already in use by another Worker; remove that custom domain first.`,
      );
    if (there !== undefined) return there.id;
    const fresh = randomBytes(16).toString("hex");
    const domain = {
      service: sent.service,
      environment: sent.environment ?? "production",
      zoneId: zone.id,
      zoneName: zone.name,
      certId: randomUUID(),
    };
    world.state.insert(account, kind, fresh, hostname, domain);
    return fresh;
  });
  return ok(shownDomain(found(request, world, id)));
}

/** The account's zone of that id or name, or the nearest one that the hostname lies in; 10083 when there is none. */
export function zoneFor(
  hostname: string,
  sent: Pick<z.infer<typeof sentSchema>, "zone_id" | "zone_name">,
  account: string,
  world: World,
): Zone {
  const own = everyZone(world.state).filter((zone) => zone.account === account);
  const inside = own.filter(({ name }) => hostname === name || hostname.endsWith(`.${name}`));
  const named = inside.filter(
    ({ id, name }) =>
      (sent.zone_id == null || id === sent.zone_id) && (sent.zone_name == null || name === sent.zone_name),
  );
  const zone = named.sort((a, b) => b.name.length - a.name.length)[0];
  if (zone !== undefined) return zone;
  const wanted = [sent.zone_id, sent.zone_name].filter((part) => part != null).join(" ");
  throw new ApiError(
    400,
    10083,
    `No zone of this account ${wanted === "" ? "" : `(${wanted}) `}has the hostname ${hostname}`,
  );
}

function found(request: ApiRequest, world: World, id = request.params["domain"] ?? ""): Stored {
  const domain = world.state.get(request.account.id, kind, id);
  if (domain === undefined) throw new ApiError(404, 100114, "workers.api.error.domain_not_found");
  return domain;
}

export function shownDomain({ id, name, body: stored }: Stored): object {
  const { service, environment, zoneId, zoneName, certId } = body.parse(stored);
  return { id, hostname: name, service, environment, zone_id: zoneId, zone_name: zoneName, cert_id: certId };
}

function list(request: ApiRequest, world: World): Reply {
  const query = request.url.searchParams;
  const all = world.state
    .list(request.account.id, kind)
    .map((stored) => ({ name: stored.name, parsed: body.parse(stored.body), stored }));
  const wanted = (parameter: string, value: string): boolean =>
    query.get(parameter) === null || query.get(parameter) === value;
  return ok(
    all
      .filter(
        ({ name, parsed }) =>
          wanted("hostname", name) && wanted("service", parsed.service) && wanted("zone_id", parsed.zoneId),
      )
      .filter(
        ({ parsed }) => wanted("zone_name", parsed.zoneName) && wanted("environment", parsed.environment),
      )
      .map(({ stored }) => shownDomain(stored)),
  );
}

function remove(request: ApiRequest, world: World): Reply {
  const { id, body: stored } = found(request, world);
  request.require("Workers Routes:Edit", { zone: body.parse(stored).zoneId });
  world.state.remove(request.account.id, kind, id);
  return ok({ id });
}

const base = "/accounts/:account/workers/domains";
export const domainRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers:Metadata Read-Only", handle: list },
  { method: "PUT", path: base, permission: "Workers:Editor", handle: put },
  {
    method: "GET",
    path: `${base}/:domain`,
    permission: "Workers:Metadata Read-Only",
    handle: (request, world) => ok(shownDomain(found(request, world))),
  },
  { method: "GET", path: `${base}/records`, permission: "Workers:Metadata Read-Only", handle: list },
  {
    method: "GET",
    path: `${base}/records/:domain`,
    permission: "Workers:Metadata Read-Only",
    handle: (request, world) => ok(shownDomain(found(request, world))),
  },
  { method: "DELETE", path: `${base}/:domain`, permission: "Workers:Editor", handle: remove },
];
