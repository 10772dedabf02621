import { randomUUID } from "node:crypto";
import { z } from "zod";
import { noteDeleted } from "../../deleted-stores.ts";
import { d1ReadReplication } from "../../quirks/d1-read-replication.ts";
import { isOn } from "../../quirks/quirk.ts";
import { SqlError } from "../../runtime/stores.ts";
import { NameTaken, type State, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Route } from "../http/service.ts";
import { forget } from "./transfers.ts";

/** Kind of a database in the state; its id is the uuid, its name the database's. */
export const databaseKind = "d1";

const mode = z.object({ mode: z.enum(["auto", "disabled"]) });

const bodySchema = z.object({
  createdAt: z.string(),
  jurisdiction: z.enum(["eu", "fedramp", "us"]).optional(),
  region: z.string(),
  readReplication: mode.optional(),
});

export interface Database {
  readonly uuid: string;
  readonly name: string;
  readonly createdAt: string;
  readonly jurisdiction: "eu" | "fedramp" | "us" | undefined;
  /** `WEUR`, `ENAM` …: what was asked for, else WEUR. */
  readonly region: string;
  readonly readReplication: { readonly mode: "auto" | "disabled" } | undefined;
}

/** By uuid or by name: Cloudflare takes either in the path. */
function findDatabase(state: State, account: string, idOrName: string): Database | undefined {
  const stored = state.get(account, databaseKind, idOrName) ?? state.byName(account, databaseKind, idOrName);
  return stored === undefined ? undefined : read(stored);
}

/** The database that the route's `:database` names, or 7404. */
export function databaseOf(request: ApiRequest, world: World): Database {
  const wanted = request.params["database"] ?? "";
  const found = findDatabase(world.state, request.account.id, wanted);
  if (found === undefined) throw unknown(wanted);
  return found;
}

const unknown = (wanted: string): ApiError =>
  new ApiError(404, 7404, `The database ${wanted} could not be found`);

function read({ id, name, body }: Stored): Database {
  const { createdAt, jurisdiction, region, readReplication } = bodySchema.parse(body);
  return { uuid: id, name, createdAt, jurisdiction, region, readReplication };
}

const createSchema = z.object({
  name: z.string(),
  jurisdiction: z.enum(["eu", "fedramp", "us"]).nullish(),
  primary_location_hint: z.enum(["wnam", "enam", "weur", "eeur", "apac", "oc"]).nullish(),
  read_replication: mode.nullish(),
});

const databasesPerAccount = 50_000;

async function create(request: ApiRequest, world: World): Promise<Reply> {
  return ok(await makeDatabase(world, request.account.id, await request.json(createSchema)));
}

/** Makes a database that nobody has yet; `also` belongs to the same transaction. Throws Cloudflare's refusals. */
export async function makeDatabase(
  world: World,
  account: string,
  { name, jurisdiction, primary_location_hint, read_replication }: z.infer<typeof createSchema>,
  also: (uuid: string) => void = () => {},
): Promise<object> {
  // Cloudflare's schema has the pattern and no length.
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(name))
    throw malformed(
      `name: must be letters, digits, "-" and "_", and begin with a letter or digit, got ${JSON.stringify(name)}`,
    );
  if (world.state.list(account, databaseKind).length >= databasesPerAccount)
    throw new ApiError(400, 7406, `System limit reached: databases per account (${databasesPerAccount})`);
  const taken = (): ApiError => new ApiError(400, 7502, `A database with the name '${name}' already exists`);
  if (world.state.byName(account, databaseKind, name) !== undefined) throw taken();
  const database: Database = {
    uuid: randomUUID(),
    name,
    createdAt: new Date().toISOString(),
    jurisdiction: jurisdiction ?? undefined,
    region: (primary_location_hint ?? "weur").toUpperCase(),
    readReplication: read_replication ?? undefined,
  };
  // First the file, then the name: a creation that was cut off can be repeated.
  const shown = await details(database, world);
  try {
    world.state.transaction(() => {
      world.state.insert(account, databaseKind, database.uuid, name, bodyOf(database));
      also(database.uuid);
    });
  } catch (error) {
    await world.stores.d1.remove(database.uuid);
    if (error instanceof NameTaken) throw taken();
    throw error;
  }
  return { ...shown, created_in_region: database.region };
}

const bodyOf = ({
  createdAt,
  region,
  jurisdiction,
  readReplication,
}: Database): z.input<typeof bodySchema> => ({
  createdAt,
  region,
  ...(jurisdiction === undefined ? {} : { jurisdiction }),
  ...(readReplication === undefined ? {} : { readReplication }),
});

const fieldNames = [
  "uuid",
  "name",
  "created_at",
  "version",
  "jurisdiction",
  "num_tables",
  "file_size",
  "running_in_region",
  "read_replication",
];

async function get(request: ApiRequest, world: World): Promise<Reply> {
  const database = databaseOf(request, world);
  const fields = request.url.searchParams.getAll("fields").flatMap((list) => list.split(","));
  const wrong = fields.find((field) => !fieldNames.includes(field));
  if (wrong !== undefined) throw malformed(`fields: unknown field ${JSON.stringify(wrong)}`);
  const whole = await details(database, world);
  return ok(
    fields.length === 0
      ? whole
      : Object.fromEntries(Object.entries(whole).filter(([key]) => fields.includes(key))),
  );
}

async function details(database: Database, world: World): Promise<object> {
  const { fileSizeBytes, tables } = await world.stores.d1.info(database.uuid).catch((error: unknown) => {
    if (error instanceof SqlError) throw new ApiError(400, 7500, error.message); // such as one that is being deleted
    throw error;
  });
  const replication =
    database.readReplication ?? (isOn(d1ReadReplication) ? { mode: "disabled" } : undefined);
  return {
    ...summary(database),
    num_tables: tables,
    file_size: fileSizeBytes,
    running_in_region: database.region,
    ...(replication === undefined ? {} : { read_replication: replication }),
  };
}

const summary = (database: Database): object => ({
  uuid: database.uuid,
  name: database.name,
  created_at: database.createdAt,
  version: "production",
  ...(database.jurisdiction === undefined ? {} : { jurisdiction: database.jurisdiction }),
});

function list(request: ApiRequest, world: World): Reply {
  const name = request.url.searchParams.get("name");
  const all = world.state.list(request.account.id, databaseKind).map(read);
  return paged(request, all.filter((d) => name === null || d.name.includes(name)).map(summary), 100);
}

const updateSchema = z.object({
  name: z.string().nullish(),
  jurisdiction: z.enum(["eu", "fedramp", "us"]).nullish(),
  read_replication: mode.nullish(),
});

/** Only read replication can be changed; what else is sent has to be what it is. */
async function update(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(updateSchema);
  const database = databaseOf(request, world);
  if (sent.read_replication === null && isOn(d1ReadReplication))
    throw malformed("The property 'read_replication' cannot be null");
  if (sent.name != null && sent.name !== database.name) throw malformed("name: a database cannot be renamed");
  if (sent.jurisdiction != null && sent.jurisdiction !== database.jurisdiction)
    throw malformed("jurisdiction: the jurisdiction of a database cannot be changed");
  if (request.method === "PUT" && sent.read_replication === undefined && isOn(d1ReadReplication))
    throw malformed("read_replication: required");
  const replication =
    sent.read_replication === undefined ? database.readReplication : (sent.read_replication ?? undefined);
  const changed = { ...database, readReplication: replication };
  world.state.update(request.account.id, databaseKind, database.uuid, database.name, bodyOf(changed));
  return ok(await details(changed, world));
}

/** The state goes last: a delete that was cut off can be repeated. */
async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const { uuid } = databaseOf(request, world);
  await world.stores.d1.remove(uuid);
  for (const kind of ["import", "export"]) await forget(world, `${kind}/${uuid}/`);
  if (!world.state.remove(request.account.id, databaseKind, uuid)) throw unknown(uuid); // another delete was first
  noteDeleted(world.state, request.account.id, uuid);
  return ok(null);
}

const malformed = (what: string): ApiError => new ApiError(400, 7400, `The request is malformed: ${what}`);

const base = "/accounts/:account/d1/database";
export const databaseRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "D1:Read", handle: list },
  { method: "POST", path: base, permission: "D1:Edit", handle: create },
  { method: "GET", path: `${base}/:database`, permission: "D1:Read", handle: get },
  { method: "PUT", path: `${base}/:database`, permission: "D1:Edit", handle: update },
  { method: "PATCH", path: `${base}/:database`, permission: "D1:Edit", handle: update },
  { method: "DELETE", path: `${base}/:database`, permission: "D1:Edit", handle: remove },
];
