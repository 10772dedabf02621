import { randomBytes } from "node:crypto";
import { z } from "zod";
import { seal, unseal } from "../../seal.ts";
import { NameTaken, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";

const storeKind = "secretsStore";
const secretKind = "secretsStoreSecret";

const scopes = z.array(z.string().min(1)).min(1);
const createSchema = z.object({
  name: z.string().regex(/^[\x21-\x7e]{1,255}$/),
  value: z.string().min(1).max(1024),
  scopes,
  comment: z.string().nullish(),
});
const changeSchema = z.object({
  value: z.string().min(1).max(1024).nullish(),
  scopes: scopes.nullish(),
  comment: z.string().nullish(),
});
const secretBody = z.object({
  store: z.string(),
  secret: z.string(),
  sealed: z.string(),
  scopes: z.array(z.string()),
  comment: z.string(),
  created: z.string(),
  modified: z.string(),
});
const storeBody = z.object({ created: z.string() });

const newId = (): string => randomBytes(16).toString("hex");
const nameIn = (store: string, secret: string): string => `${store}/${secret}`;

async function createStore(request: ApiRequest, world: World): Promise<Reply> {
  const { name } = await request.json(z.looseObject({ name: z.string().min(1).max(255) }));
  const id = newId();
  taken(`a store named ${name}`, () =>
    world.state.insert(request.account.id, storeKind, id, name, { created: new Date().toISOString() }),
  );
  return ok(shownStore(store(request, world, id)));
}

function store(request: ApiRequest, world: World, id = request.params["store"] ?? ""): Stored {
  const found = world.state.get(request.account.id, storeKind, id);
  if (found === undefined) throw new ApiError(404, 1001, "store_not_found");
  return found;
}

const shownStore = ({ id, name, body }: Stored): object => {
  const { created } = storeBody.parse(body);
  return { id, name, created, modified: created };
};

const secretsOf = (request: ApiRequest, world: World): readonly Stored[] => {
  const { id } = store(request, world);
  return world.state
    .list(request.account.id, secretKind)
    .filter(({ body }) => secretBody.parse(body).store === id);
};

function secret(request: ApiRequest, world: World): Stored {
  const found = secretsOf(request, world).find(({ id }) => id === request.params["secret"]);
  if (found === undefined) throw new ApiError(404, 1001, "secret_not_found");
  return found;
}

function shownSecret({ id, body }: Stored): object {
  const { store: store_id, secret: name, sealed: _, ...rest } = secretBody.parse(body);
  return { id, store_id, name, status: "active", ...rest };
}

async function createSecrets(request: ApiRequest, world: World): Promise<Reply> {
  const { id: storeId } = store(request, world);
  const wanted = await request.json(z.array(createSchema).min(1));
  const now = new Date().toISOString();
  const made = world.state.transaction(() =>
    wanted.map(({ name, value, scopes: wantedScopes, comment }) => {
      const id = newId();
      taken(`a secret named ${name}`, () =>
        world.state.insert(request.account.id, secretKind, id, nameIn(storeId, name), {
          store: storeId,
          secret: name,
          sealed: seal(world.dataDir, value),
          scopes: wantedScopes,
          comment: comment ?? "",
          created: now,
          modified: now,
        }),
      );
      return id;
    }),
  );
  return ok(
    made.flatMap((id) => {
      const found = world.state.get(request.account.id, secretKind, id);
      return found === undefined ? [] : [shownSecret(found)];
    }),
  );
}

async function changeSecret(request: ApiRequest, world: World): Promise<Reply> {
  const before = secret(request, world);
  const body = secretBody.parse(before.body);
  const { value, scopes: wantedScopes, comment } = await request.json(changeSchema);
  world.state.update(request.account.id, secretKind, before.id, before.name, {
    ...body,
    ...(value != null && { sealed: seal(world.dataDir, value) }),
    scopes: wantedScopes ?? body.scopes,
    comment: comment ?? body.comment,
    modified: new Date().toISOString(),
  });
  return ok(shownSecret(secret(request, world)));
}

function removeStore(request: ApiRequest, world: World): Reply {
  if (secretsOf(request, world).length > 0)
    throw new ApiError(409, 1003, "store_not_empty: delete its secrets first");
  world.state.remove(request.account.id, storeKind, store(request, world).id);
  return ok(null);
}

function removeSecret(request: ApiRequest, world: World): Reply {
  const gone = secret(request, world);
  world.state.remove(request.account.id, secretKind, gone.id);
  return ok(shownSecret(gone));
}

function taken(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(409, 1002, `name_already_exists: there is ${what} already`);
  }
}

/** What a binding gives: the secret as it is now, by `<account>/<store>/<name>`; undefined when it is gone. */
export function secretValue(world: Pick<World, "state" | "dataDir">, id: string): string | undefined {
  const [account = "", ...rest] = id.split("/");
  const found = world.state.byName(account, secretKind, rest.join("/"));
  return found === undefined ? undefined : unseal(world.dataDir, secretBody.parse(found.body).sealed);
}

const base = "/accounts/:account/secrets_store/stores";
const [read, edit] = ["Secrets Store:Read", "Secrets Store:Edit"] as const;

export const secretsStore: Service = {
  name: "secrets store",
  routes: [
    {
      method: "GET",
      path: base,
      permission: read,
      handle: (request, world) =>
        paged(request, world.state.list(request.account.id, storeKind).map(shownStore)),
    },
    { method: "POST", path: base, permission: edit, handle: createStore },
    {
      method: "GET",
      path: `${base}/:store`,
      permission: read,
      handle: (request, world) => ok(shownStore(store(request, world))),
    },
    { method: "DELETE", path: `${base}/:store`, permission: edit, handle: removeStore },
    {
      method: "GET",
      path: `${base}/:store/secrets`,
      permission: read,
      handle: (request, world) => {
        const search = request.url.searchParams.get("search") ?? "";
        const all = secretsOf(request, world).filter(({ body }) =>
          secretBody.parse(body).secret.includes(search),
        );
        return paged(request, all.map(shownSecret));
      },
    },
    { method: "POST", path: `${base}/:store/secrets`, permission: edit, handle: createSecrets },
    {
      method: "GET",
      path: `${base}/:store/secrets/:secret`,
      permission: read,
      handle: (request, world) => ok(shownSecret(secret(request, world))),
    },
    { method: "PATCH", path: `${base}/:store/secrets/:secret`, permission: edit, handle: changeSecret },
    { method: "DELETE", path: `${base}/:store/secrets/:secret`, permission: edit, handle: removeSecret },
  ],
};
