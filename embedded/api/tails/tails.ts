import { z } from "zod";
import { ApiError, ok, type Service } from "../http/service.ts";
import { scriptOf } from "../workers/script-of.ts";
import { filter } from "./filter.ts";
import { shownTail, tailsOf } from "./registry.ts";

const path = "/accounts/:account/workers/scripts/:script/tails";
/** wrangler sends a filter message or, from a browser's console, nothing at all. */
const body = z.object({ filters: z.array(filter).optional() }).nullish();

/** Live logs of a script: a WebSocket that is told of each invocation when it has ended. */
export const tails: Service = {
  name: "tails",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(tailsOf(world).list(scriptOf(request, world)).map(shownTail)),
    },
    {
      method: "POST",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: async (request, world) => {
        const worker = scriptOf(request, world);
        const empty = (await request.bytes()).length === 0;
        const filters = empty ? [] : ((await request.json(body))?.filters ?? []);
        return ok(shownTail(tailsOf(world).create(worker, filters)));
      },
    },
    {
      method: "DELETE",
      path: `${path}/:tail`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        if (!tailsOf(world).remove(worker, request.params["tail"] ?? ""))
          throw new ApiError(404, 10023, "No such tail.");
        return ok(null);
      },
    },
  ],
};
