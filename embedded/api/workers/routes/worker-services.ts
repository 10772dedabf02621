import type { World } from "../../../world.ts";
import { type ApiRequest, ok, type Service } from "../../http/service.ts";
import { deleteWorker } from "../delete-worker.ts";
import type { Worker } from "../model.ts";
import { listWorkers, workerNamed } from "../registry.ts";
import { referencing, shownBindings } from "../show.ts";
import { currentVersion, noService, shownScript } from "./scripts.ts";

const service = "/accounts/:account/workers/services/:script";

/** Services answer 10090 where scripts answer 10007; wrangler takes either for "a new Worker". */
function serviceOf(request: ApiRequest, world: World): Worker {
  const worker = workerNamed(world.state, request.account.id, request.params["script"] ?? "");
  if (worker === undefined) throw noService();
  return worker;
}

/** The older view of a script, as a service with one environment, which wrangler and the official provider still read. */
export const workerServices: Service = {
  name: "workerServices",
  routes: [
    {
      method: "GET",
      path: service,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = serviceOf(request, world);
        const script = { ...shownScript(worker, currentVersion(world, worker)), id: worker.name };
        const environment = {
          environment: "production",
          created_on: worker.createdOn,
          modified_on: worker.updatedOn,
          script,
        };
        return ok({
          id: worker.name,
          created_on: worker.createdOn,
          modified_on: worker.updatedOn,
          usage_model: "standard",
          default_environment: environment,
          environments: [environment],
        });
      },
    },
    {
      method: "GET",
      path: `${service}/environments/:environment/bindings`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const version = currentVersion(world, serviceOf(request, world));
        return ok(version === undefined ? [] : shownBindings(version));
      },
    },
    {
      method: "DELETE",
      path: service,
      permission: "Workers:Admin",
      handle: async (request, world) => {
        await deleteWorker(world, serviceOf(request, world), {
          force: request.url.searchParams.get("force") === "true",
        });
        return ok(null);
      },
    },
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts/:script/references",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const found = referencing(world, serviceOf(request, world));
        return ok({
          services: {
            incoming: found
              .filter(({ binding }) => binding.type === "service")
              .map(({ name, binding }) => ({ service: name, environment: "production", name: binding.name })),
            outgoing: [],
            pages_function: false,
          },
          durable_objects: found
            .filter(({ binding }) => binding.type === "durable_object_namespace")
            .map(({ name, binding, target }) => ({
              service: name,
              environment: "production",
              name: binding.name,
              durable_object_namespace_id: target,
              durable_object_namespace_name: String(binding["class_name"]),
            })),
          dispatch_outbounds: [],
        });
      },
    },
    {
      method: "GET",
      path: "/accounts/:account/workers/tails/by-consumer/:script",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const { account, name } = serviceOf(request, world);
        const producers = listWorkers(world.state, account).filter(({ tailConsumers }) =>
          tailConsumers.some((consumer) => consumer["service"] === name || consumer["name"] === name),
        );
        return ok(
          producers.map((producer) => ({
            consumer: { service: name, environment: "production" },
            producer: { service: producer.name, environment: "production" },
            log_push: false,
          })),
        );
      },
    },
  ],
};
