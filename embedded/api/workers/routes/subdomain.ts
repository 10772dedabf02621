import { z } from "zod";
import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Service } from "../../http/service.ts";
import type { Worker } from "../model.ts";
import { saveWorker } from "../registry.ts";
import { scriptOf } from "../script-of.ts";
import { applySubdomain } from "../settings.ts";

const path = "/accounts/:account/workers/scripts/:script/subdomain";
const body = z.looseObject({ enabled: z.boolean(), previews_enabled: z.boolean().nullish() });

function set(world: World, worker: Worker, enabled: boolean, previews: boolean): Reply {
  const subdomain = { enabled, previews_enabled: previews };
  applySubdomain(world, saveWorker(world.state, { ...worker, subdomain }));
  return ok(subdomain);
}

/** The account's name takes the place of its workers.dev subdomain: `<worker>.<account>.localhost`. */
const account = (request: ApiRequest): Reply => ok({ subdomain: request.account.name });

/** Whether a Worker answers under its own host. */
export const subdomain: Service = {
  name: "subdomain",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/subdomain",
      permission: "Workers:Metadata Read-Only",
      handle: account,
    },
    {
      method: "PUT",
      path: "/accounts/:account/workers/subdomain",
      permission: "Workers:Editor",
      handle: async (request) => {
        const sent = await request.json(z.object({ subdomain: z.string() }));
        if (sent.subdomain !== request.account.name)
          throw new ApiError(
            409,
            10036,
            "Account already has an associated subdomain: the embedded Cloudflare uses the account's name.",
          );
        return account(request);
      },
    },
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(scriptOf(request, world).subdomain),
    },
    {
      method: "POST",
      path,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(body);
        const worker = scriptOf(request, world);
        return set(world, worker, sent.enabled, sent.previews_enabled ?? worker.subdomain.previews_enabled);
      },
    },
    {
      method: "DELETE",
      path,
      permission: "Workers:Editor",
      handle: (request, world) => set(world, scriptOf(request, world), false, false),
    },
  ],
};
