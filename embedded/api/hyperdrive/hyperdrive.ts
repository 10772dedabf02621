import { randomBytes } from "node:crypto";
import { NameTaken, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";
import { type Config, closed, createSchema, hyperdriveKind, opened, patchSchema, stored } from "./config.ts";

/** Workers connect straight to the database. Passwords are remembered and never shown. */
async function create(request: ApiRequest, world: World): Promise<Reply> {
  const config = await request.json(createSchema);
  requirePassword(config);
  const now = new Date().toISOString();
  const id = randomBytes(16).toString("hex");
  nameFree(config.name, () =>
    world.state.insert(request.account.id, hyperdriveKind, id, config.name, {
      createdOn: now,
      modifiedOn: now,
      ...closed(world.dataDir, config),
    }),
  );
  return ok(shown(found(request, world, id)));
}

async function replace(request: ApiRequest, world: World): Promise<Reply> {
  const before = found(request, world);
  const config = await request.json(createSchema);
  requirePassword(config);
  return write(request, world, before, config);
}

async function edit(request: ApiRequest, world: World): Promise<Reply> {
  const before = found(request, world);
  const changes = await request.json(patchSchema);
  const old = opened(world.dataDir, before.body);
  return write(
    request,
    world,
    before,
    createSchema.parse({ ...old, ...changes, origin: { ...old.origin, ...changes.origin } }),
  );
}

function write(request: ApiRequest, world: World, before: Stored, config: Config): Reply {
  const { createdOn } = stored.parse(before.body);
  const body = { createdOn, modifiedOn: new Date().toISOString(), ...closed(world.dataDir, config) };
  nameFree(config.name, () =>
    world.state.update(request.account.id, hyperdriveKind, before.id, config.name, body),
  );
  return ok(shown(found(request, world, before.id)));
}

function requirePassword({ origin: { password, service_id, access_client_id } }: Config): void {
  if (password != null || service_id != null || access_client_id != null) return;
  throw new ApiError(400, 2008, "Invalid or missing `origin.password`");
}

function nameFree(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(409, 2017, `A Hyperdrive config with the given name already exists: ${name}`);
  }
}

function found(request: ApiRequest, world: World, id = request.params["config"] ?? ""): Stored {
  const config = world.state.get(request.account.id, hyperdriveKind, id);
  if (config === undefined) throw new ApiError(404, 2001, "Hyperdrive config not found");
  return config;
}

const defaultConnectionLimit = 60;

function shown({ id, body }: Stored): object {
  const { createdOn, modifiedOn, config } = stored.parse(body);
  const { origin: whole, mtls, origin_connection_limit, ...others } = createSchema.parse(config);
  const { password: _, access_client_secret: __, ...open } = whole;
  return {
    id,
    ...withoutNull(others),
    origin: withoutNull(open),
    mtls: mtls ?? {},
    origin_connection_limit: origin_connection_limit ?? defaultConnectionLimit,
    created_on: createdOn,
    modified_on: modifiedOn,
  };
}

const withoutNull = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v != null));

function remove(request: ApiRequest, world: World): Reply {
  world.state.remove(request.account.id, hyperdriveKind, found(request, world).id);
  return ok(null);
}

const base = "/accounts/:account/hyperdrive/configs";
export const hyperdrive: Service = {
  name: "hyperdrive",
  routes: [
    {
      method: "GET",
      path: base,
      permission: "Hyperdrive:Read",
      handle: (request, world) =>
        paged(request, world.state.list(request.account.id, hyperdriveKind).map(shown)),
    },
    { method: "POST", path: base, permission: "Hyperdrive:Edit", handle: create },
    {
      method: "GET",
      path: `${base}/:config`,
      permission: "Hyperdrive:Read",
      handle: (request, world) => ok(shown(found(request, world))),
    },
    { method: "PUT", path: `${base}/:config`, permission: "Hyperdrive:Edit", handle: replace },
    { method: "PATCH", path: `${base}/:config`, permission: "Hyperdrive:Edit", handle: edit },
    { method: "DELETE", path: `${base}/:config`, permission: "Hyperdrive:Edit", handle: remove },
  ],
};
