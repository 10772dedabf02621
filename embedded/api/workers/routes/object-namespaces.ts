import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../../http/service.ts";
import { listWorkers } from "../registry.ts";

interface Namespace {
  readonly id: string;
  readonly name: string;
  readonly script: string;
  readonly class: string;
  readonly use_sqlite: boolean;
}

const namespacesOf = (request: ApiRequest, world: World): readonly Namespace[] =>
  listWorkers(world.state, request.account.id).flatMap((worker) =>
    worker.classes.map(({ className, namespaceId, storage }) => ({
      id: namespaceId,
      name: `${worker.name}_${className}`,
      script: worker.name,
      class: className,
      use_sqlite: storage === "sqlite",
    })),
  );

const [fewest, usual, most] = [1, 1_000, 10_000];

/** The id of the last object is the cursor: whoever comes back with it goes on behind it, whatever was added meanwhile. */
async function objects(request: ApiRequest, world: World): Promise<Reply> {
  const wanted = request.params["namespace"];
  const namespace = namespacesOf(request, world).find(({ id }) => id === wanted);
  if (namespace === undefined)
    throw new ApiError(
      404,
      7003,
      `Could not route to /workers/durable_objects/namespaces/${wanted}/objects, perhaps your object identifier is invalid?`,
    );
  const query = request.url.searchParams;
  const limit = query.has("limit") ? Number(query.get("limit")) : usual;
  if (!Number.isInteger(limit) || limit < fewest || limit > most)
    throw malformed(
      `limit must be an integer from ${fewest} to ${most}, got ${JSON.stringify(query.get("limit"))}`,
    );
  const after = query.get("cursor") ?? "";
  if (!/^(?:[0-9a-f]{64})?$/.test(after))
    throw malformed("cursor must be the one that the page before was answered with");
  const page = await world.compute.storedObjects(namespace.id, { after, limit });
  const cursor = page.more ? (page.objects.at(-1)?.id ?? "") : "";
  return ok(page.objects, {
    count: page.objects.length,
    per_page: limit,
    total_count: page.total,
    cursor,
    cursors: { after: cursor },
  });
}

const malformed = (what: string): ApiError => new ApiError(400, 7400, `The request is malformed: ${what}`);

const path = "/accounts/:account/workers/durable_objects/namespaces";

/** The Durable Object namespaces of an account, and the objects in each. */
export const objectNamespaces: Service = {
  name: "objectNamespaces",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => paged(request, namespacesOf(request, world)),
    },
    {
      method: "GET",
      path: `${path}/:namespace/objects`,
      permission: "Workers:Metadata Read-Only",
      handle: objects,
    },
  ],
};
