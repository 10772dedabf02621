import { z } from "zod";
import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, paged, type Reply, type Service } from "../../http/service.ts";
import type { Worker } from "../model.ts";
import { listWorkers } from "../registry.ts";

const query = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  order_by: z.enum(["created_on", "modified_on", "name"]).default("name"),
});

/** The date or name that results are ordered by, always ascending. */
const orders: Readonly<Record<z.infer<typeof query>["order_by"], (worker: Worker) => string>> = {
  created_on: ({ createdOn }) => createdOn,
  modified_on: ({ updatedOn }) => updatedOn,
  name: ({ name }) => name,
};

/** An id is found as a whole, a name also by a part of it. */
function search(request: ApiRequest, { state }: World): Reply {
  const asked = query.safeParse(Object.fromEntries(request.url.searchParams));
  if (!asked.success)
    throw new ApiError(400, 7400, `The request is malformed: ${z.prettifyError(asked.error)}`);
  const { id, name, order_by } = asked.data;
  const keyOf = orders[order_by];
  const found = listWorkers(state, request.account.id)
    .filter((worker) => (id === undefined || worker.id === id) && worker.name.includes(name ?? ""))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return paged(
    request,
    found.map((worker) => ({
      id: worker.id,
      script_name: worker.name,
      service_name: worker.name,
      environment_name: "production",
      environment_is_default: true,
      created_on: worker.createdOn,
      modified_on: worker.updatedOn,
    })),
    10,
  );
}

export const scriptsSearch: Service = {
  name: "scriptsSearch",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts-search",
      permission: "Workers:Metadata Read-Only",
      handle: search,
    },
  ],
};
