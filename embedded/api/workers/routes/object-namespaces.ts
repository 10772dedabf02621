import { paged, type Service } from "../../http/service.ts";
import { listWorkers } from "../registry.ts";

/** The Durable Object namespaces of an account. */
export const objectNamespaces: Service = {
  name: "objectNamespaces",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/durable_objects/namespaces",
      permission: "Workers Scripts:Read",
      handle: (request, world) =>
        paged(
          request,
          listWorkers(world.state, request.account.id).flatMap((worker) =>
            worker.classes.map(({ className, namespaceId, storage }) => ({
              id: namespaceId,
              name: `${worker.name}_${className}`,
              script: worker.name,
              class: className,
              use_sqlite: storage === "sqlite",
            })),
          ),
        ),
    },
  ],
};
