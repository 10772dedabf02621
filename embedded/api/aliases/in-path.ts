import type { World } from "../../world.ts";
import { targetOf } from "./aliases.ts";
import { type StoreAlias, storeFor } from "./stand-in.ts";

type Params = Readonly<Record<string, string>>;

/** Parameters of paths that name a store by its id. */
const stores: readonly StoreAlias[] = ["database", "namespace"];

/**
 * The parameters of a path in which wrangler names a store, with the id that it has here. Only what writes or runs SQL makes
 * one: to ask for an object that is not there, or to delete it, is refused as everywhere.
 */
export async function storesIn(world: World, params: Params, method: string): Promise<Params> {
  const { account } = params;
  const of = stores.find((each) => params[each] !== undefined);
  const id = of === undefined ? undefined : params[of];
  if (account === undefined || of === undefined || id === undefined) return params;
  const here =
    method === "POST" || method === "PUT"
      ? await storeFor(world, account, of, id, `${of}-${id.slice(0, 8).toLowerCase()}`)
      : targetOf(world.state, account, of, id);
  return here === undefined ? params : { ...params, [of]: here };
}
