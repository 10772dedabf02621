import { z } from "zod";
import { ApiError, ok, type Service } from "../../http/service.ts";
import { script } from "../registry.ts";
import { scriptName } from "../version/spec.ts";

const bodySchema = z.strictObject({ cron: z.string() });

/** Runs a cron trigger now. Cloudflare has no such call: it is for tests, and for whoever does not want to wait for three in the morning. */
export const runNow: Service = {
  name: "cron-run-now",
  routes: [
    {
      method: "POST",
      path: "/accounts/:account/embedded/scripts/:script/scheduled",
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const worker = script(world.state, request.account.id, request.params["script"] ?? "");
        const { cron } = await request.json(bodySchema);
        if (worker.deployedOn === null)
          throw new ApiError(
            400,
            10007,
            `${worker.name} has no deployment whose scheduled handler could run.`,
          );
        return ok(await world.compute.scheduled(scriptName(world, worker), cron, Date.now()));
      },
    },
  ],
};
