import { z } from "zod";
import type { State } from "../../state.ts";
import type { Account } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Service } from "../http/service.ts";

const kind = "account";
const body = z.object({ createdOn: z.string() });

/** The accounts, in order; those that are missing are created with ids that depend on nothing but the name. */
export function openAccounts(
  state: State,
  names: readonly string[],
  idOf: (name: string) => string,
): readonly Account[] {
  for (const name of names)
    if (state.byName("", kind, name) === undefined)
      state.insert("", kind, idOf(name), name, { createdOn: new Date().toISOString() });
  return listAccounts(state);
}

/** In order of creation. */
export const listAccounts = (state: State): readonly Account[] =>
  state.list("", kind).map(({ id, name }) => ({ id, name }));

/** One more, beside those that the process was started with. */
export function createAccount(state: State, id: string, name: string): Account {
  state.insert("", kind, id, name, { createdOn: new Date().toISOString() });
  return { id, name };
}

function shown(state: State, account: Account): object {
  const stored = state.get("", kind, account.id);
  return {
    id: account.id,
    name: account.name,
    type: "standard",
    settings: { enforce_twofactor: false, abuse_contact_email: null },
    created_on: stored === undefined ? null : body.parse(stored.body).createdOn,
  };
}

function all(request: ApiRequest, state: State): readonly Account[] {
  const wanted = request.url.searchParams.get("name");
  return listAccounts(state).filter(
    (account) => request.reaches(account.id) && (wanted === null || account.name === wanted),
  );
}

export const accounts: Service = {
  name: "accounts",
  routes: [
    {
      method: "GET",
      path: "/accounts",
      permission: undefined,
      handle: (request, { state }) =>
        paged(
          request,
          all(request, state).map((account) => shown(state, account)),
        ),
    },
    {
      method: "GET",
      path: "/accounts/:account",
      permission: undefined,
      handle: (request, { state }) => ok(shown(state, request.account)),
    },
    {
      method: "PUT",
      path: "/accounts/:account",
      permission: "Account Settings:Edit",
      handle: () => {
        throw new ApiError(
          403,
          9109,
          "The accounts of the embedded Cloudflare are fixed: dev, staging and prod",
        );
      },
    },
    {
      method: "GET",
      path: "/memberships",
      permission: undefined,
      handle: (request, { state }) =>
        paged(
          request,
          all(request, state).map((account) => ({
            id: account.id,
            status: "accepted",
            account: shown(state, account),
            roles: ["Super Administrator - All Privileges"],
          })),
        ),
    },
  ],
};
