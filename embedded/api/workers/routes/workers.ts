import { z } from "zod";
import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Service } from "../../http/service.ts";
import { deleteWorker } from "../delete-worker.ts";
import type { Worker } from "../model.ts";
import {
  createWorker,
  findWorker,
  listWorkers,
  requireLegalName,
  saveWorker,
  stillThere,
} from "../registry.ts";
import { applySubdomain, renameWorker } from "../settings.ts";
import { shownWorker } from "../show.ts";

const record = z.record(z.string(), z.unknown());
const body = z.looseObject({
  name: z.string(),
  logpush: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  observability: record.nullish(),
  subdomain: z
    .object({ enabled: z.boolean().optional(), previews_enabled: z.boolean().optional() })
    .nullish(),
  tail_consumers: z.array(record).nullish(),
});
type Body = z.infer<typeof body>;

/** Members that the service computes; whoever sends them back does not change them. */
const computed = ["id", "created_on", "updated_on", "deployed_on", "references"];
const understood = ["name", "logpush", "tags", "observability", "subdomain", "tail_consumers"];

/** What a whole body means; what it leaves out gets its default. */
function settings(
  sent: Partial<Body>,
): Pick<Worker, "logpush" | "tags" | "observability" | "subdomain" | "tailConsumers" | "more"> {
  return {
    logpush: sent.logpush ?? false,
    tags: sent.tags ?? [],
    observability: sent.observability ?? { enabled: false },
    subdomain: {
      enabled: sent.subdomain?.enabled ?? false,
      previews_enabled: sent.subdomain?.previews_enabled ?? sent.subdomain?.enabled ?? false,
    },
    tailConsumers: sent.tail_consumers ?? [],
    more: Object.fromEntries(
      Object.entries(sent).filter(
        ([name, value]) => !computed.includes(name) && !understood.includes(name) && value !== null,
      ),
    ),
  };
}

/** The Worker of a beta route, by id or by name. */
export function requireWorker(request: ApiRequest, world: World): Worker {
  const wanted = request.params["worker"] ?? "";
  const worker = findWorker(world.state, request.account.id, wanted);
  if (worker === undefined) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return worker;
}

async function update(world: World, worker: Worker, name: string, changed: Partial<Worker>): Promise<Worker> {
  requireLegalName(name);
  const renamed = name === worker.name ? worker : await renameWorker(world, worker, name);
  return applySubdomain(world, saveWorker(world.state, { ...stillThere(world.state, renamed), ...changed }));
}

/** Workers as objects of their own, with versions and deployments apart (the beta API, and the official Pulumi resource). */
export const workers: Service = {
  name: "workers",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/workers",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) =>
        paged(
          request,
          listWorkers(world.state, request.account.id).map((worker) => shownWorker(world, worker)),
        ),
    },
    {
      method: "POST",
      path: "/accounts/:account/workers/workers",
      permission: "Workers:Admin",
      handle: async (request, world) => {
        const sent = await request.json(body);
        return ok(
          shownWorker(world, createWorker(world.state, request.account.id, sent.name, settings(sent))),
        );
      },
    },
    {
      method: "GET",
      path: "/accounts/:account/workers/workers/:worker",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(shownWorker(world, requireWorker(request, world))),
    },
    {
      method: "PUT",
      path: "/accounts/:account/workers/workers/:worker",
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(body);
        return ok(
          shownWorker(world, await update(world, requireWorker(request, world), sent.name, settings(sent))),
        );
      },
    },
    {
      method: "PATCH",
      path: "/accounts/:account/workers/workers/:worker",
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(body.partial());
        const worker = requireWorker(request, world);
        const current = { ...shownWorker(world, worker), observability: worker.observability };
        const observability =
          sent.observability === undefined
            ? worker.observability
            : { ...worker.observability, ...sent.observability };
        const subdomain = { ...worker.subdomain, ...sent.subdomain };
        const merged = body.parse({ ...current, ...sent, observability, subdomain });
        return ok(shownWorker(world, await update(world, worker, merged.name, settings(merged))));
      },
    },
    {
      method: "DELETE",
      path: "/accounts/:account/workers/workers/:worker",
      permission: "Workers:Admin",
      handle: async (request, world) => {
        const worker = requireWorker(request, world);
        await deleteWorker(world, worker, { force: request.url.searchParams.get("force") === "true" });
        return ok({ id: worker.id });
      },
    },
  ],
};
