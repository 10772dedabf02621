import { scriptOf } from "./deployments.ts";
import { ApiError, ok, type Service } from "./service.ts";

const path = "/accounts/:account/workers/scripts/:script/tails";

/** Live logs. `wrangler tail` wants a WebSocket that is not served here: it is told so instead of waiting for ever. */
export const tails: Service = {
  name: "tails",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers Scripts:Read",
      handle: (request, world) => {
        scriptOf(request, world);
        return ok([]);
      },
    },
    {
      method: "POST",
      path,
      permission: "Workers Scripts:Edit",
      handle: (request, world) => {
        scriptOf(request, world);
        throw new ApiError(
          400,
          10023,
          "The embedded Cloudflare has no tails: it writes the logs of Workers to its own standard error.",
        );
      },
    },
    {
      method: "DELETE",
      path: `${path}/:tail`,
      permission: "Workers Scripts:Edit",
      handle: () => {
        throw new ApiError(404, 10023, "No such tail.");
      },
    },
  ],
};
