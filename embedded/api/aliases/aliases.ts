import { z } from "zod";
import type { State } from "../../state.ts";
import { databaseKind } from "../d1/databases.ts";
import { namespaceKind } from "../kv/namespaces.ts";

const kind = "alias";
/** What an account is kept as; accounts lie under no account of their own. */
const accountKind = "account";
const everywhere = "";

/** Kinds of objects that a wrangler project knows by ids of a real account. */
export const aliasKinds = ["account", "database", "namespace"] as const;
export type AliasKind = (typeof aliasKinds)[number];

const body = z.object({
  of: z.enum(aliasKinds),
  alias: z.string(),
  target: z.string(),
  createdOn: z.string(),
});

/** An id of another account, and what stands for it here. */
export interface Alias {
  readonly of: AliasKind;
  /** As it stands in the project's configuration. */
  readonly alias: string;
  /** The id here. */
  readonly target: string;
  /** What the target is called; undefined when it was deleted. */
  readonly name: string | undefined;
  /** ISO 8601. */
  readonly createdOn: string;
}

/** Where an alias of this kind is kept, and what its target is kept as. */
const kept = {
  account: (_account: string) => ({ alias: everywhere, target: everywhere, targetKind: accountKind }),
  database: (account: string) => ({ alias: account, target: account, targetKind: databaseKind }),
  namespace: (account: string) => ({ alias: account, target: account, targetKind: namespaceKind }),
} as const satisfies Record<AliasKind, (account: string) => object>;

const idOf = (of: AliasKind, alias: string): string => `${of}/${alias}`;

/** The id here: the same one where the account has it, else what stands for it; undefined when nothing does (any more). */
export function targetOf(state: State, account: string, of: AliasKind, id: string): string | undefined {
  const places = kept[of](account);
  const there = (target: string): boolean =>
    state.get(places.target, places.targetKind, target) !== undefined;
  const asked = id.toLowerCase();
  if (there(asked)) return asked;
  const stored = state.get(places.alias, kind, idOf(of, asked));
  const target = stored === undefined ? undefined : body.parse(stored.body).target;
  return target !== undefined && there(target) ? target : undefined;
}

/** From here on the target stands for the id. An earlier target that is gone is forgotten. */
export function remember(state: State, account: string, of: AliasKind, id: string, target: string): void {
  const alias = id.toLowerCase();
  const places = kept[of](account);
  const key = idOf(of, alias);
  state.remove(places.alias, kind, key);
  state.insert(places.alias, kind, key, key, { of, alias, target, createdOn: new Date().toISOString() });
}

/** All that stands for something in this account, in the order in which it was made; the account's own alias first. */
export function aliasesOf(state: State, account: string): readonly Alias[] {
  const all = [...state.list(everywhere, kind), ...state.list(account, kind)].map((stored) =>
    body.parse(stored.body),
  );
  return all
    .filter(({ of, target }) => of !== "account" || target === account)
    .map((found) => {
      const { target, targetKind } = kept[found.of](account);
      return { ...found, name: state.get(target, targetKind, found.target)?.name };
    });
}
