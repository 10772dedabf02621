import { wasDeleted } from "../../deleted-stores.ts";
import { NameTaken } from "../../state.ts";
import type { World } from "../../world.ts";
import { createAccount, listAccounts } from "../account/accounts.ts";
import { makeDatabase } from "../d1/databases.ts";
import { ApiError } from "../http/service.ts";
import { makeNamespace } from "../kv/namespaces.ts";
import { aliasesOf, remember, targetOf } from "./aliases.ts";

/** What is made for a stranger's id. */
export type StoreAlias = "database" | "namespace";

/**
 * Only ids of the form that Cloudflare gives: a placeholder of a template, which many projects share, stays the mistake that
 * it is at Cloudflare.
 */
const forms: Readonly<Record<StoreAlias | "account", RegExp>> = {
  account: /^[0-9a-f]{32}$/i,
  database: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  namespace: /^[0-9a-f]{32}$/i,
};

const make: Readonly<
  Record<
    StoreAlias,
    (world: World, account: string, name: string, also: (id: string) => void) => Promise<unknown>
  >
> = {
  database: (world, account, name, also) => makeDatabase(world, account, { name }, also),
  namespace: async (world, account, name, also) => makeNamespace(world, account, { title: name }, also),
};

/** Requests at once that name the same id wait for the one object. */
const making = new WeakMap<World, Map<string, Promise<string>>>();

/** The id of the store that the project's id means here; one that is unknown gets a new, empty store. Undefined for what no id of Cloudflare is. */
export async function storeFor(
  world: World,
  account: string,
  of: StoreAlias,
  id: string,
  name: string,
): Promise<string | undefined> {
  const known = targetOf(world.state, account, of, id);
  if (known !== undefined || !forms[of].test(id) || wasDeleted(world.state, account, id)) return known;
  const underWay = making.get(world) ?? new Map<string, Promise<string>>();
  making.set(world, underWay);
  const key = `${account}/${of}/${id.toLowerCase()}`;
  const mine = underWay.get(key) ?? madeFor(world, account, of, id, name).finally(() => underWay.delete(key));
  underWay.set(key, mine);
  return mine;
}

async function madeFor(
  world: World,
  account: string,
  of: StoreAlias,
  id: string,
  name: string,
): Promise<string> {
  let target = "";
  const attempt = (wanted: string): Promise<unknown> =>
    make[of](world, account, wanted, (made) => {
      target = made;
      remember(world.state, account, of, id, made);
    });
  try {
    await attempt(name);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NameTaken)) throw error;
    await attempt(`${name}-${id.slice(0, 8).toLowerCase()}`); // the name is taken by something else
  }
  world.log(
    `wrangler named the ${of} ${id}, which is not in this account: ${of} ${target} was made and stands for it from now on (lockstep aliases lists all)`,
  );
  return target;
}

/**
 * The id of the account that the project's `account_id` means here. The first that is unknown means the first account;
 * each further one an account of its own, because two accounts never share the names of their Workers.
 */
export function accountFor(world: World, id: string): string | undefined {
  const { state } = world;
  const known = targetOf(state, id, "account", id);
  if (known !== undefined || !forms.account.test(id)) return known;
  const [first] = listAccounts(state);
  const isFree = first !== undefined && aliasesOf(state, first.id).every(({ of }) => of !== "account");
  const { id: target, name } = isFree
    ? first
    : createAccount(state, id.toLowerCase(), `account-${id.slice(0, 8)}`);
  if (isFree) remember(state, id, "account", id, target);
  world.log(
    `wrangler named the account ${id}, which is not here: ${isFree ? `${name} stands for it` : `an account of its own was made, ${name}`}`,
  );
  return target;
}
