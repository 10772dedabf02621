import { z } from "zod";
import type { GatewayConfig } from "../../runtime/ai-gateway.ts";
import { NameTaken, type State, type Stored } from "../../state.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";

const kind = "aiGateway";

const remembered = z.object({
  createdAt: z.string(),
  modifiedAt: z.string(),
  sent: z.record(z.string(), z.unknown()),
});

/** What Cloudflare insists on; every other member is stored and shown as sent. */
const shape = z.looseObject({
  id: z.string(),
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: z.int().min(0).nullable(),
  collect_logs: z.boolean(),
  rate_limiting_interval: z.int().min(0).nullable(),
  rate_limiting_limit: z.int().min(0).nullable(),
  rate_limiting_technique: z.enum(["fixed", "sliding"]).nullish(),
});

/** What was never sent stays absent: a default in its place would be a difference in every plan. An explicit null unsets. */
function withoutNulls(sent: z.infer<typeof shape>): Record<string, unknown> {
  const required = new Set(["cache_ttl", "rate_limiting_interval", "rate_limiting_limit"]);
  return Object.fromEntries(
    Object.entries(sent).filter(([key, value]) => value !== null || required.has(key)),
  );
}

/** The gateway of the path. Throws {@link ApiError} 404. */
export function requireGateway(state: State, request: ApiRequest): Stored {
  const found = state.get(request.account.id, kind, request.params["gateway"] ?? "");
  if (found === undefined) throw new ApiError(404, 7002, "AI Gateway not found");
  return found;
}

function shown({ id, body }: Pick<Stored, "id" | "body">): object {
  const { createdAt, modifiedAt, sent } = remembered.parse(body);
  return {
    workers_ai_billing_mode: "postpaid",
    ...sent,
    id,
    is_default: false,
    created_at: createdAt,
    modified_at: modifiedAt,
  };
}

async function create(request: ApiRequest, state: State): Promise<Reply> {
  const sent = await request.json(shape);
  if (!/^[a-z0-9_]+(?:-[a-z0-9_]+)*$/.test(sent.id) || sent.id.length > 64)
    throw new ApiError(
      400,
      7001,
      `AI Gateway id ${JSON.stringify(sent.id)} is invalid: up to 64 lower-case letters, digits, underscores and single dashes between them`,
    );
  const now = new Date().toISOString();
  const body = { createdAt: now, modifiedAt: now, sent: withoutNulls(sent) };
  try {
    state.insert(request.account.id, kind, sent.id, sent.id, body);
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(409, 7001, `An AI Gateway with the id "${sent.id}" already exists`);
  }
  return ok(shown({ id: sent.id, body }));
}

async function replace(request: ApiRequest, state: State): Promise<Reply> {
  const sent = await request.json(shape.extend({ id: z.string().optional() }));
  const old = requireGateway(state, request);
  const { createdAt } = remembered.parse(old.body);
  const body = {
    createdAt,
    modifiedAt: new Date().toISOString(),
    sent: withoutNulls({ ...sent, id: old.id }),
  };
  state.update(request.account.id, kind, old.id, old.name, body);
  return ok(shown({ id: old.id, body }));
}

const behaviour = z.object({
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: z.number().nullish(),
  rate_limiting_interval: z.number().nullish(),
  rate_limiting_limit: z.number().nullish(),
  rate_limiting_technique: z.enum(["fixed", "sliding"]).nullish(),
  collect_logs: z.boolean(),
});

/** What the data plane does with calls through this gateway; undefined when the account has none of this id. */
export function gatewayConfig(state: State, account: string, id: string): GatewayConfig | undefined {
  const stored = state.get(account, kind, id);
  if (stored === undefined) return undefined;
  const { sent, createdAt, modifiedAt } = remembered.parse(stored.body);
  const gateway = behaviour.parse(sent);
  return {
    cacheTtlSeconds: gateway.cache_ttl ?? undefined,
    limit: gateway.rate_limiting_limit ?? undefined,
    intervalSeconds: gateway.rate_limiting_interval ?? undefined,
    technique: gateway.rate_limiting_technique ?? "fixed",
    collectLogs: gateway.collect_logs,
    cacheVersion: gateway.cache_invalidate_on_update ? modifiedAt : createdAt,
  };
}

const all = "/accounts/:account/ai-gateway/gateways";
const one = `${all}/:gateway`;

export const aiGateway: Service = {
  name: "aiGateway",
  routes: [
    {
      method: "POST",
      path: all,
      permission: "AI Gateway:Edit",
      handle: (request, { state }) => create(request, state),
    },
    {
      method: "GET",
      path: all,
      permission: "AI Gateway:Read",
      handle: (request, { state }) => paged(request, state.list(request.account.id, kind).map(shown)),
    },
    {
      method: "GET",
      path: one,
      permission: "AI Gateway:Read",
      handle: (request, { state }) => ok(shown(requireGateway(state, request))),
    },
    {
      method: "GET",
      path: `${one}/url/:provider`,
      permission: "AI Gateway:Read",
      handle: (request, { state, gateways }) =>
        ok({
          url: gateways.url(
            request.account.id,
            requireGateway(state, request).id,
            request.params["provider"] ?? "universal",
          ),
        }),
    },
    {
      method: "PUT",
      path: one,
      permission: "AI Gateway:Edit",
      handle: (request, { state }) => replace(request, state),
    },
    {
      method: "DELETE",
      path: one,
      permission: "AI Gateway:Edit",
      handle: (request, { state, gateways }) => {
        const gateway = requireGateway(state, request);
        state.remove(request.account.id, kind, gateway.id);
        gateways.logs.remove(request.account.id, gateway.id);
        return ok(shown(gateway));
      },
    },
  ],
};
