import { z } from "zod";
import { scriptOf } from "./deployments.ts";
import { ApiError, ok, type Service } from "./service.ts";
import { shownTail, tailsOf } from "./tails/registry.ts";

const path = "/accounts/:account/workers/scripts/:script/tails";
const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
/** What has to hold of an invocation for it to be told: every entry of the list. */
const filter = z.looseObject({
  sampling_rate: z.number().optional(),
  outcome: texts.optional(),
  method: texts.optional(),
  header: z.object({ key: z.string(), query: z.string().optional() }).optional(),
  client_ip: texts.optional(),
  query: z.string().optional(),
  scriptVersion: z.string().optional(),
});
export type Filter = z.infer<typeof filter>;

/** wrangler sends a filter message or, from a browser's console, nothing at all. */
const body = z.object({ filters: z.array(filter).optional() }).nullish();

/** Live logs of a script: a WebSocket that is told of each invocation when it has ended. */
export const tails: Service = {
  name: "tails",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers Scripts:Read",
      handle: (request, world) => ok(tailsOf(world).list(scriptOf(request, world)).map(shownTail)),
    },
    {
      method: "POST",
      path,
      permission: "Workers Scripts:Edit",
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
      permission: "Workers Scripts:Edit",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        if (!tailsOf(world).remove(worker, request.params["tail"] ?? ""))
          throw new ApiError(404, 10023, "No such tail.");
        return ok(null);
      },
    },
  ],
};
