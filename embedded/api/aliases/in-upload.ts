import type { World } from "../../world.ts";
import { isWrangler } from "../http/is-wrangler.ts";
import type { ApiRequest } from "../http/service.ts";
import { ensureQueue } from "../queues/queues.ts";
import { findBucket, makeBucket } from "../r2/buckets.ts";
import type { Binding } from "../workers/model.ts";
import { storeFor } from "./stand-in.ts";

/**
 * The bindings of an upload with what they mean here. Wrangler's are those of a project that was made for a real account: ids
 * get what stands for them, and a bucket or a queue that is missing is made, as newer wranglers do themselves before they
 * upload. What anybody else sends stays as it is, so that a wrong id in a program is a mistake here too.
 */
export async function bindingsHere(
  request: ApiRequest,
  world: World,
  bindings: readonly Binding[],
): Promise<readonly Binding[]> {
  if (!isWrangler(request.headers.get("user-agent"))) return bindings;
  const all: Binding[] = [];
  for (const binding of bindings) all.push(await bindingHere(request, world, binding));
  return all;
}

async function bindingHere(request: ApiRequest, world: World, binding: Binding): Promise<Binding> {
  const account = request.account.id;
  // As wrangler calls what it makes for a binding without an id.
  const name = `${request.params["script"] ?? ""}-${binding.name.toLowerCase().replaceAll("_", "-")}`;
  switch (binding.type) {
    case "d1": {
      const member = binding["database_id"] === undefined ? "id" : "database_id";
      const id = binding[member];
      const here = typeof id === "string" ? await storeFor(world, account, "database", id, name) : undefined;
      return here === undefined ? binding : { ...binding, [member]: here };
    }
    case "kv_namespace": {
      const id = binding["namespace_id"];
      const here = typeof id === "string" ? await storeFor(world, account, "namespace", id, name) : undefined;
      return here === undefined ? binding : { ...binding, namespace_id: here };
    }
    case "r2_bucket": {
      const bucket = binding["bucket_name"];
      if (typeof bucket === "string" && binding["jurisdiction"] === undefined)
        if (findBucket(world.state, account, bucket) === undefined)
          makeBucket(world, account, bucket, { jurisdiction: "default" });
      return binding;
    }
    case "queue": {
      const queue = binding["queue_name"];
      if (typeof queue === "string") ensureQueue(world, account, queue);
      return binding;
    }
    default:
      return binding;
  }
}
