import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { State, Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Route } from "../http/service.ts";

const zoneKind = "zone";
/** Routes are kept by zone, their pattern as the name. */
export const routeKind = (zoneId: string): string => `route:${zoneId}`;
export const domainKind = "customDomain";
export const domainBody = z.object({
  service: z.string(),
  environment: z.string(),
  zoneId: z.string(),
  zoneName: z.string(),
  certId: z.string(),
});

export interface Zone {
  readonly id: string;
  readonly account: string;
  /** Lower case, as `example.com`. */
  readonly name: string;
  readonly status: "pending" | "active";
  readonly createdOn: string;
  readonly modifiedOn: string;
  readonly activatedOn: string | null;
}

const body = z.object({
  status: z.enum(["pending", "active"]),
  createdOn: z.string(),
  modifiedOn: z.string(),
  activatedOn: z.string().nullable(),
});
const asZone = ({ id, account, name, body: stored }: Stored): Zone => ({
  id,
  account,
  name,
  ...body.parse(stored),
});

export const everyZone = (state: State): readonly Zone[] => state.everywhere(zoneKind).map(asZone);

/** The zone that the route's `:zone` names, or Cloudflare's 7003: a token must not learn whose zones there are. */
export function zoneOf(request: ApiRequest, world: World): Zone {
  const wanted = request.params["zone"] ?? "";
  const zone = everyZone(world.state).find(({ id }) => id === wanted);
  if (zone === undefined || !request.seesZone(zone))
    throw new ApiError(
      404,
      7003,
      `Could not route to ${request.url.pathname.replace(/^\/client\/v4/, "")}, perhaps your object identifier is invalid?`,
    );
  return zone;
}

const createSchema = z.looseObject({
  name: z.string(),
  account: z.looseObject({ id: z.string() }),
  type: z.enum(["full", "partial", "secondary"]).nullish(),
});

async function create(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(createSchema);
  const name = sent.name.toLowerCase();
  if (!/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(name))
    throw new ApiError(400, 1099, `${JSON.stringify(sent.name)} is not a domain name`);
  if (accountName(world.state, sent.account.id) === undefined || !request.reaches(sent.account.id))
    throw new ApiError(403, 1068, "Permission denied: the account is not one this token reaches");
  const id = randomBytes(16).toString("hex");
  const now = new Date().toISOString();
  world.state.transaction(() => {
    // Another account may have one of that name, as long as it is not active there; here each stage has its own account.
    if (everyZone(world.state).some((zone) => zone.name === name && zone.account === sent.account.id))
      throw new ApiError(400, 1061, `${name} already exists`);
    world.state.insert(sent.account.id, zoneKind, id, name, {
      status: "pending",
      createdOn: now,
      modifiedOn: now,
      activatedOn: null,
    });
  });
  const stored = world.state.get(sent.account.id, zoneKind, id);
  if (stored === undefined) throw new Error(`zone ${id} was written and is not there`);
  return ok(shown(asZone(stored), world.state));
}

/** The real service looks whether the registrar names its servers yet; here they always do. */
function activate(request: ApiRequest, world: World): Reply {
  const { id, account, name, createdOn, activatedOn } = zoneOf(request, world);
  const now = new Date().toISOString();
  world.state.update(account, zoneKind, id, name, {
    status: "active",
    createdOn,
    modifiedOn: now,
    activatedOn: activatedOn ?? now,
  });
  return ok({ id });
}

function list(request: ApiRequest, world: World): Reply {
  const query = request.url.searchParams;
  const wanted = (parameter: string, value: string): boolean =>
    query.get(parameter) === null || query.get(parameter) === value;
  const zones = everyZone(world.state)
    .filter((zone) => request.seesZone(zone))
    .filter(
      (zone) =>
        wanted("name", zone.name) && wanted("account.id", zone.account) && wanted("status", zone.status),
    );
  return paged(
    request,
    zones.map((zone) => shown(zone, world.state)),
  );
}

/** Routes and custom domains of the zone go with it. */
function remove(request: ApiRequest, world: World): Reply {
  const { id, account } = zoneOf(request, world);
  world.state.transaction(() => {
    for (const route of world.state.list(account, routeKind(id)))
      world.state.remove(account, routeKind(id), route.id);
    for (const domain of world.state.list(account, domainKind))
      if (domainBody.parse(domain.body).zoneId === id) world.state.remove(account, domainKind, domain.id);
    world.state.remove(account, zoneKind, id);
  });
  return ok({ id });
}

/** Accounts are kept by the accounts service, under no account of their own. */
const accountName = (state: State, id: string): string | undefined => state.get("", "account", id)?.name;

const shown = (zone: Zone, state: State): object => ({
  id: zone.id,
  name: zone.name,
  status: zone.status,
  paused: false,
  type: "full",
  development_mode: 0,
  name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
  original_name_servers: null,
  created_on: zone.createdOn,
  modified_on: zone.modifiedOn,
  activated_on: zone.activatedOn,
  account: { id: zone.account, name: accountName(state, zone.account) ?? zone.account },
  owner: { id: null, type: "user", email: null },
  plan: {
    id: "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    name: "Free Website",
    price: 0,
    currency: "USD",
    is_subscribed: false,
    can_subscribe: false,
  },
  meta: { step: 2, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
  permissions: ["#zone:read", "#zone:edit"],
});

export const zoneRoutes: readonly Route[] = [
  { method: "GET", path: "/zones", permission: "Zone:Read", handle: list },
  {
    method: "POST",
    path: "/zones",
    permission: "Zone:Edit",
    handle: create,
  },
  {
    method: "GET",
    path: "/zones/:zone",
    permission: "Zone:Read",
    handle: (request, world) => ok(shown(zoneOf(request, world), world.state)),
  },
  { method: "PUT", path: "/zones/:zone/activation_check", permission: "Zone:Edit", handle: activate },
  { method: "DELETE", path: "/zones/:zone", permission: "Zone:Edit", handle: remove },
];
