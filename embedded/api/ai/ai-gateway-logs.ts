import { z } from "zod";
import { given, logPatch } from "../../runtime/ai/gateway-http.ts";
import { listedLog, shownLog } from "../../runtime/ai/gateway-logs.ts";
import type { GatewayLog } from "../../runtime/ai-gateway.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";
import { requireGateway } from "./ai-gateway.ts";

const noLog = (): ApiError => new ApiError(404, 7002, "Log Not Found");

function logOf(request: ApiRequest, { state, gateways }: World): GatewayLog {
  const gateway = requireGateway(state, request);
  const log = gateways.logs.get(request.account.id, gateway.id, request.params["log"] ?? "");
  if (log === undefined) throw noLog();
  return log;
}

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const number = z.coerce.number();
const query = z.object({
  cached: flag.optional(),
  success: flag.optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  search: z.string().optional(),
  start_date: z.coerce.date().optional(),
  end_date: z.coerce.date().optional(),
  feedback: number.optional(),
  min_duration: number.optional(),
  max_duration: number.optional(),
  min_tokens_in: number.optional(),
  max_tokens_in: number.optional(),
  min_tokens_out: number.optional(),
  max_tokens_out: number.optional(),
  order_by: z
    .enum(["created_at", "provider", "model", "model_type", "success", "cached"])
    .default("created_at"),
  order_by_direction: z.enum(["asc", "desc"]).default("desc"),
  direction: z.enum(["asc", "desc"]).optional(),
});

/** The logs that the query asks for. What it cannot filter by here is refused: unfiltered logs would be a wrong answer. */
function asked(request: ApiRequest, world: World): readonly GatewayLog[] {
  const gateway = requireGateway(world.state, request);
  const sent = Object.fromEntries(request.url.searchParams);
  const unknown = Object.keys(sent).filter(
    (name) => !(name in query.shape) && !["page", "per_page", "meta_info"].includes(name),
  );
  if (unknown.length > 0)
    throw new ApiError(400, 7001, `the embedded Cloudflare does not filter logs by ${unknown.join(", ")}`);
  const parsed = query.safeParse(sent);
  if (!parsed.success) throw new ApiError(400, 7001, z.prettifyError(parsed.error));
  const by = parsed.data;
  const within = (value: number | null, least: number | undefined, most: number | undefined): boolean =>
    (least === undefined || (value ?? 0) >= least) && (most === undefined || (value ?? 0) <= most);
  const found = world.gateways.logs
    .list(request.account.id, gateway.id)
    .filter(
      (log) =>
        (by.cached === undefined || log.cached === by.cached) &&
        (by.success === undefined || log.statusCode < 400 === by.success) &&
        (by.model === undefined || log.model === by.model) &&
        (by.provider === undefined || by.provider === "workers-ai") &&
        (by.feedback === undefined || log.feedback === by.feedback) &&
        (by.search === undefined || `${log.request}\n${log.response}`.includes(by.search)) &&
        within(log.createdAtMs, by.start_date?.getTime(), by.end_date?.getTime()) &&
        within(log.durationMs, by.min_duration, by.max_duration) &&
        within(log.tokensIn, by.min_tokens_in, by.max_tokens_in) &&
        within(log.tokensOut, by.min_tokens_out, by.max_tokens_out),
    );
  const keyOf = (log: GatewayLog): string => String(listedLog(log)[by.order_by]);
  const ordered =
    by.order_by === "created_at"
      ? found.toReversed()
      : found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return (by.direction ?? by.order_by_direction) === "asc" ? ordered : ordered.toReversed();
}

function edit(request: ApiRequest, world: World, patch: z.infer<typeof logPatch>): Reply {
  const log = logOf(request, world);
  world.gateways.logs.patch(request.account.id, request.params["gateway"] ?? "", log.id, given(patch));
  return ok({});
}

const all = "/accounts/:account/ai-gateway/gateways/:gateway/logs";
const one = `${all}/:log`;
const json = (body: string): Reply => ({
  kind: "raw",
  status: 200,
  headers: { "content-type": "application/json" },
  body,
});

/** What went through a gateway. */
export const aiGatewayLogs: Service = {
  name: "aiGatewayLogs",
  routes: [
    {
      method: "GET",
      path: all,
      permission: "AI Gateway:Read",
      handle: (request, world) => paged(request, asked(request, world).map(listedLog)),
    },
    {
      method: "DELETE",
      path: all,
      permission: "AI Gateway:Edit",
      handle: (request, world) => {
        const ids = asked(request, world).map(({ id }) => id);
        world.gateways.logs.remove(request.account.id, request.params["gateway"] ?? "", ids);
        return ok({});
      },
    },
    {
      method: "GET",
      path: one,
      permission: "AI Gateway:Read",
      handle: (request, world) => ok(shownLog(logOf(request, world))),
    },
    {
      method: "PATCH",
      path: one,
      permission: "AI Gateway:Edit",
      handle: async (request, world) => edit(request, world, await request.json(logPatch)),
    },
    {
      method: "GET",
      path: `${one}/request`,
      permission: "AI Gateway:Read",
      handle: (request, world) => json(logOf(request, world).request),
    },
    {
      method: "GET",
      path: `${one}/response`,
      permission: "AI Gateway:Read",
      handle: (request, world) => json(logOf(request, world).response),
    },
  ],
};
