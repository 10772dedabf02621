import { createHash } from "node:crypto";
import { z } from "zod";
import { ApiError, ok, paged, type Reply, type Service } from "./service.ts";
import { openTokens, type RememberedToken } from "./tokenStore.ts";
import { groups, type Permission } from "./tokens.ts";

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

function permissionsOf(policies: z.infer<typeof newToken>["policies"]): readonly Permission[] {
  return policies.flatMap((policy) =>
    policy.permission_groups.map((wanted) => {
      const found = permissionGroups.find(
        (group) => group.id === wanted.id || group.name === wanted.name || group.permission === wanted.name,
      );
      if (found === undefined)
        throw new ApiError(400, 1001, `Unknown permission group ${JSON.stringify(wanted.name ?? wanted.id)}`);
      return found.permission;
    }),
  );
}

function accountsOf(policies: z.infer<typeof newToken>["policies"]): "all" | readonly string[] {
  const named = policies.flatMap((policy) => Object.keys(policy.resources));
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
  status: "active",
  issued_on: token.issuedOn,
  modified_on: token.issuedOn,
  policies: token.policies,
});

const verified = (id: string): Reply => ({
  kind: "json",
  status: 200,
  result: { id, status: "active" },
  messages: [{ code: 10000, message: "This API Token is valid and active" }],
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
      handle: (request) => verified(request.token.id),
    },
    {
      method: "GET",
      path: "/accounts/:account/tokens/verify",
      permission: undefined,
      handle: (request) => verified(request.token.id),
    },
    {
      method: "GET",
      path: "/user/tokens/permission_groups",
      permission: "Account Settings:Read",
      handle: () => ok(permissionGroups.map(({ permission: _, ...group }) => group)),
    },
    {
      method: "GET",
      path: "/user/tokens",
      permission: "Account Settings:Read",
      handle: (request, { state }) => paged(request, openTokens(state).list().map(shown)),
    },
    {
      method: "POST",
      path: "/user/tokens",
      permission: "Account Settings:Edit",
      handle: async (request, { state }) => {
        const { name, policies } = await request.json(newToken);
        const created = openTokens(state).create({
          name,
          policies,
          permissions: permissionsOf(policies),
          accounts: accountsOf(policies),
        });
        return ok({ ...shown(created.token), value: created.value });
      },
    },
    {
      method: "GET",
      path: "/user/tokens/:token",
      permission: "Account Settings:Read",
      handle: (request, { state }) => {
        const found = openTokens(state).get(request.params["token"] ?? "");
        if (found === undefined) throw missing();
        return ok(shown(found));
      },
    },
    {
      method: "DELETE",
      path: "/user/tokens/:token",
      permission: "Account Settings:Edit",
      handle: (request, { state }) => {
        const id = request.params["token"] ?? "";
        if (id === request.token.id) throw new ApiError(400, 1001, "A token cannot delete itself");
        if (!openTokens(state).remove(id)) throw missing();
        return ok({ id });
      },
    },
  ],
};
