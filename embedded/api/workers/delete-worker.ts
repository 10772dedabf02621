import { rm } from "node:fs/promises";
import type { World } from "../../world.ts";
import { ApiError } from "../http/service.ts";
import { queuesConsumedBy } from "../queues/model.ts";
import { inTurn } from "./deploy/turns.ts";
import type { Worker } from "./model.ts";
import { removeWorker, stillThere } from "./registry.ts";
import { referencing } from "./show.ts";
import { openParts } from "./version/parts.ts";
import { assetsFolder, scriptName } from "./version/spec.ts";

/**
 * Removes the Worker with its versions, deployments, crons, secrets, assets and its Durable Objects' storage.
 * Refused with 10064 while a queue delivers to it, and, without `force`, while another Worker binds it.
 */
export async function deleteWorker(
  world: World,
  before: Worker,
  options: { readonly force: boolean },
): Promise<void> {
  await inTurn(before.id, async () => {
    const worker = stillThere(world.state, before); // another delete may have been first
    if (queuesConsumedBy(world.state, worker.account, worker.name).length > 0)
      throw new ApiError(
        400,
        10064,
        "Cannot delete this Worker as it is a consumer for a Queue. Remove it from the Queue's consumers first, then retry.",
      );
    const users = referencing(world, worker);
    if (users.length > 0 && !options.force)
      throw new ApiError(
        400,
        10064,
        `Cannot delete this Worker as it is bound by other Workers: ${[...new Set(users.map(({ name, binding }) => `${name} (${binding.name})`))].join(", ")}. Remove the bindings first, or retry with force.`,
      );
    await world.compute.remove(scriptName(world, worker), { deleteObjects: true });
    world.state.transaction(() => {
      removeWorker(world.state, worker);
      openParts(world.state).release(worker.id);
    });
    await rm(assetsFolder(world, worker), { recursive: true, force: true });
  });
}
