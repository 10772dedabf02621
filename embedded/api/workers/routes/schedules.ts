import { z } from "zod";
import { parseCron } from "../../../../src/cron/cron.ts";
import { ApiError, ok, type Service } from "../../http/service.ts";
import { saveWorker } from "../registry.ts";
import { scriptOf } from "../script-of.ts";

const path = "/accounts/:account/workers/scripts/:script/schedules";
const body = z.array(z.looseObject({ cron: z.string() }));
/** Cron triggers of one Worker on a paid plan. */
const maximumCrons = 250;

/** Cron triggers of a script; they run by {@link startCrons}. */
export const schedules: Service = {
  name: "schedules",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok({ schedules: scriptOf(request, world).schedules }),
    },
    {
      method: "PUT",
      path,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(body);
        const worker = scriptOf(request, world);
        if (sent.length > maximumCrons)
          throw new ApiError(
            400,
            10072,
            `A Worker has up to ${maximumCrons} cron triggers, got ${sent.length}`,
          );
        for (const { cron } of sent)
          if ("expected" in parseCron(cron)) throw new ApiError(400, 10100, `invalid cron string: ${cron}`);
        const now = new Date().toISOString();
        const known = new Map(worker.schedules.map((schedule) => [schedule.cron, schedule]));
        const next = sent.map(({ cron }) => ({
          cron,
          created_on: known.get(cron)?.created_on ?? now,
          modified_on: now,
        }));
        saveWorker(world.state, { ...worker, schedules: next });
        return ok({ schedules: next });
      },
    },
  ],
};
