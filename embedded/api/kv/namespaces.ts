import { randomBytes } from "node:crypto";
import { z } from "zod";
import { noteDeleted } from "../../deleted-stores.ts";
import { NameTaken, type State, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Route } from "../http/service.ts";
import { scriptsBinding } from "../workers/bound-by.ts";

/** Kind of a namespace in the state; its id is 32 hexadecimal digits, its name the title. */
export const namespaceKind = "kv";

const bodySchema = z.object({ jurisdiction: z.enum(["eu", "fedramp", "us"]).optional() });

export interface Namespace {
  readonly id: string;
  readonly title: string;
  readonly jurisdiction: string | undefined;
}

function findNamespace(state: State, account: string, id: string): Namespace | undefined {
  const stored = state.get(account, namespaceKind, id.toLowerCase());
  return stored === undefined ? undefined : read(stored);
}

/** The namespace that the route's `:namespace` names, or 10013. */
export function namespaceOf(request: ApiRequest, world: World): Namespace {
  const found = findNamespace(world.state, request.account.id, request.params["namespace"] ?? "");
  if (found === undefined) throw new ApiError(404, 10013, "namespace not found");
  return found;
}

const read = ({ id, name, body }: Stored): Namespace => ({
  id,
  title: name,
  jurisdiction: bodySchema.parse(body).jurisdiction,
});

const shown = ({ id, title, jurisdiction }: Namespace): object => ({
  id,
  title,
  supports_url_encoding: true,
  ...(jurisdiction === undefined ? {} : { jurisdiction }),
});

const title = z.string().min(1).max(512);
const createSchema = z.object({ title, jurisdiction: z.enum(["eu", "fedramp", "us"]).nullish() });

async function create(request: ApiRequest, world: World): Promise<Reply> {
  return ok(makeNamespace(world, request.account.id, await request.json(createSchema)));
}

/** Makes a namespace whose title nobody has yet; `also` belongs to the same transaction. Throws Cloudflare's refusal. */
export function makeNamespace(
  world: World,
  account: string,
  sent: z.infer<typeof createSchema>,
  also: (id: string) => void = () => {},
): object {
  const namespace: Namespace = {
    id: randomBytes(16).toString("hex"),
    title: sent.title,
    jurisdiction: sent.jurisdiction ?? undefined,
  };
  unique(() =>
    world.state.transaction(() => {
      world.state.insert(account, namespaceKind, namespace.id, namespace.title, bodyOf(namespace));
      also(namespace.id);
    }),
  );
  return shown(namespace);
}

async function rename(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(z.object({ title }));
  const namespace = namespaceOf(request, world);
  const renamed = { ...namespace, title: sent.title };
  unique(() =>
    world.state.update(request.account.id, namespaceKind, namespace.id, renamed.title, bodyOf(renamed)),
  );
  return ok(shown(renamed));
}

const bodyOf = ({ jurisdiction }: Namespace): object => (jurisdiction === undefined ? {} : { jurisdiction });

function unique(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (error instanceof NameTaken)
      throw new ApiError(400, 10014, "a namespace with this account ID and title already exists");
    throw error;
  }
}

function list(request: ApiRequest, world: World): Reply {
  const query = request.url.searchParams;
  const order = query.get("order");
  const sign = query.get("direction") === "desc" ? -1 : 1;
  const all = [...world.state.list(request.account.id, namespaceKind).map(read)];
  if (order === "id" || order === "title") all.sort((a, b) => (a[order] < b[order] ? -sign : sign));
  else if (sign < 0) all.reverse();
  return paged(request, all.map(shown), 20);
}

const get = (request: ApiRequest, world: World): Reply => ok(shown(namespaceOf(request, world)));

/** Refused while a deployed Worker binds it. First the title goes, then the values: cut off in between, nothing is left that could be in the way. */
async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const scripts = scriptsBinding(world.state, request.account.id, "kv_namespace", id);
  if (scripts.length > 0)
    throw new ApiError(400, 10052, `namespace has associated scripts: ${scripts.join(", ")}`);
  world.state.remove(request.account.id, namespaceKind, id);
  noteDeleted(world.state, request.account.id, id);
  await world.stores.kv.remove(id);
  return ok({});
}

const base = "/accounts/:account/storage/kv/namespaces";
export const namespaceRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers KV Storage:Read", handle: list },
  { method: "POST", path: base, permission: "Workers KV Storage:Edit", handle: create },
  { method: "GET", path: `${base}/:namespace`, permission: "Workers KV Storage:Read", handle: get },
  { method: "PUT", path: `${base}/:namespace`, permission: "Workers KV Storage:Edit", handle: rename },
  { method: "DELETE", path: `${base}/:namespace`, permission: "Workers KV Storage:Edit", handle: remove },
];
