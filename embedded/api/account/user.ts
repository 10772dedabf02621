import { z } from "zod";
import { groups, resourceOf } from "../../../src/permissions/groups.ts";
import type { State } from "../../state.ts";
import {
  ApiError,
  type ApiRequest,
  ok,
  paged,
  type Reply,
  type Route,
  type Service,
} from "../http/service.ts";
import { statusOf, type Token } from "../http/tokens.ts";
import { grantsOf, idOf, policies } from "./policies.ts";
import { openTokens, type RememberedToken } from "./token-store.ts";

const newToken = z.object({
  name: z.string().min(1).max(120),
  not_before: z.iso.datetime({ offset: true }).nullish(),
  expires_on: z.iso.datetime({ offset: true }).nullish(),
  policies,
});

const shown = (token: RememberedToken): object => ({
  id: token.id,
  name: token.name,
  status: statusOf(token),
  ...validity(token),
  issued_on: token.issuedOn,
  modified_on: token.issuedOn,
  policies: token.policies,
});

const validity = ({ notBefore, expiresOn }: Token): object => ({
  ...(notBefore === undefined ? {} : { not_before: notBefore }),
  ...(expiresOn === undefined ? {} : { expires_on: expiresOn }),
});

/** A token that has expired is told so, here and nowhere else. */
const verified = (token: Token): Reply => ({
  kind: "json",
  status: 200,
  result: { id: token.id, status: statusOf(token), ...validity(token) },
  messages:
    statusOf(token) === "active" ? [{ code: 10000, message: "This API Token is valid and active" }] : [],
});

const missing = (): ApiError => new ApiError(404, 1003, "API token not found");

const listed = groups.map((group) => ({
  id: idOf(group),
  name: group.name,
  scopes: [resourceOf[group.scope]],
}));

async function create(request: ApiRequest, state: State): Promise<Reply> {
  const { name, policies: sent, not_before, expires_on } = await request.json(newToken);
  const created = openTokens(state).create({
    name,
    policies: sent,
    grants: grantsOf(sent),
    notBefore: not_before ?? undefined,
    expiresOn: expires_on ?? undefined,
  });
  return ok({ ...shown(created.token), value: created.value });
}

/** Tokens of the user and tokens of an account are the same here: there is one user, who owns all accounts. */
const tokenRoutes = (base: string, product: "API Tokens" | "Account API Tokens"): readonly Route[] => [
  {
    method: "GET",
    path: `${base}/permission_groups`,
    permission: `${product}:Read`,
    handle: (request) => {
      const wanted = request.url.searchParams.get("name");
      return ok(listed.filter(({ name }) => wanted === null || name === wanted));
    },
  },
  {
    method: "GET",
    path: base,
    permission: `${product}:Read`,
    handle: (request, { state }) => paged(request, openTokens(state).list().map(shown)),
  },
  {
    method: "POST",
    path: base,
    permission: `${product}:Edit`,
    handle: (request, { state }) => create(request, state),
  },
  {
    method: "GET",
    path: `${base}/:token`,
    permission: `${product}:Read`,
    handle: (request, { state }) => {
      const found = openTokens(state).get(request.params["token"] ?? "");
      if (found === undefined) throw missing();
      return ok(shown(found));
    },
  },
  {
    method: "DELETE",
    path: `${base}/:token`,
    permission: `${product}:Edit`,
    handle: (request, { state }) => {
      const id = request.params["token"] ?? "";
      if (id === request.token.id) throw new ApiError(400, 1001, "A token cannot delete itself");
      if (!openTokens(state).remove(id)) throw missing();
      return ok({ id });
    },
  },
];

/** The user behind the token, and tokens with fewer permissions. */
export const user: Service = {
  name: "user",
  routes: [
    {
      method: "GET",
      path: "/user",
      permission: undefined,
      handle: () =>
        ok({
          id: "0".repeat(32),
          email: "developer@localhost",
          first_name: null,
          last_name: null,
          two_factor_authentication_enabled: false,
          suspended: false,
        }),
    },
    {
      method: "GET",
      path: "/user/tokens/verify",
      permission: undefined,
      handle: (request) => verified(request.token),
    },
    {
      method: "GET",
      path: "/accounts/:account/tokens/verify",
      permission: undefined,
      handle: (request) => verified(request.token),
    },
    ...tokenRoutes("/user/tokens", "API Tokens"),
    ...tokenRoutes("/accounts/:account/tokens", "Account API Tokens"),
  ],
};
