import { createHash } from "node:crypto";
import { z } from "zod";
import { ApiError, ok, paged, type Reply, type Service } from "../http/service.ts";
import { type Grant, groups, type Permission, statusOf, type Token } from "../http/tokens.ts";
import { openTokens, type RememberedToken } from "./token-store.ts";

/** What the permission groups are called in the tokens API: `D1 Read`, `D1 Write`. */
const permissionGroups = groups.flatMap((group) =>
  (["Read", "Edit"] as const).map((level) => {
    const name = `${group} ${level === "Edit" ? "Write" : "Read"}`;
    const permission: Permission = `${group}:${level}`;
    return {
      id: createHash("sha256").update(name).digest("hex").slice(0, 32),
      name,
      permission,
      scopes: ["com.cloudflare.api.account"],
    };
  }),
);

const accountResource = "com.cloudflare.api.account.";

const newToken = z.object({
  name: z.string().min(1).max(120),
  not_before: z.iso.datetime({ offset: true }).nullish(),
  expires_on: z.iso.datetime({ offset: true }).nullish(),
  policies: z
    .array(
      z.object({
        effect: z.literal("allow"),
        resources: z.record(z.string(), z.unknown()),
        permission_groups: z
          .array(z.object({ id: z.string().optional(), name: z.string().optional() }))
          .min(1),
      }),
    )
    .min(1),
});

type Policy = z.infer<typeof newToken>["policies"][number];

/** Each policy grants its own permissions in its own accounts: they do not add up across policies. */
const grantOf = (policy: Policy): Grant => ({
  permissions: permissionsOf(policy),
  accounts: accountsOf(policy),
});

function permissionsOf(policy: Policy): readonly Permission[] {
  return policy.permission_groups.map((wanted) => {
    const found = permissionGroups.find(
      (group) => group.id === wanted.id || group.name === wanted.name || group.permission === wanted.name,
    );
    if (found === undefined)
      throw new ApiError(400, 1001, `Unknown permission group ${JSON.stringify(wanted.name ?? wanted.id)}`);
    return found.permission;
  });
}

function accountsOf(policy: Policy): "all" | readonly string[] {
  const named = Object.keys(policy.resources);
  for (const resource of named)
    if (!resource.startsWith(accountResource))
      throw new ApiError(
        400,
        1001,
        `Unknown resource ${JSON.stringify(resource)}: expected ${accountResource}<id> or ${accountResource}*`,
      );
  const ids = named.map((resource) => resource.slice(accountResource.length));
  return ids.includes("*") ? "all" : ids;
}

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
    {
      method: "GET",
      path: "/user/tokens/permission_groups",
      permission: "API Tokens:Read",
      handle: () => ok(permissionGroups.map(({ permission: _, ...group }) => group)),
    },
    {
      method: "GET",
      path: "/user/tokens",
      permission: "API Tokens:Read",
      handle: (request, { state }) => paged(request, openTokens(state).list().map(shown)),
    },
    {
      method: "POST",
      path: "/user/tokens",
      permission: "API Tokens:Edit",
      handle: async (request, { state }) => {
        const { name, policies, not_before, expires_on } = await request.json(newToken);
        const created = openTokens(state).create({
          name,
          policies,
          grants: policies.map(grantOf),
          notBefore: not_before ?? undefined,
          expiresOn: expires_on ?? undefined,
        });
        return ok({ ...shown(created.token), value: created.value });
      },
    },
    {
      method: "GET",
      path: "/user/tokens/:token",
      permission: "API Tokens:Read",
      handle: (request, { state }) => {
        const found = openTokens(state).get(request.params["token"] ?? "");
        if (found === undefined) throw missing();
        return ok(shown(found));
      },
    },
    {
      method: "DELETE",
      path: "/user/tokens/:token",
      permission: "API Tokens:Edit",
      handle: (request, { state }) => {
        const id = request.params["token"] ?? "";
        if (id === request.token.id) throw new ApiError(400, 1001, "A token cannot delete itself");
        if (!openTokens(state).remove(id)) throw missing();
        return ok({ id });
      },
    },
  ],
};
