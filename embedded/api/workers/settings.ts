import type { World } from "../../world.ts";
import { ApiError } from "../http/service.ts";
import { queuesConsumedBy } from "../queues/model.ts";
import { inTurn } from "./deploy/turns.ts";
import type { Worker } from "./model.ts";
import { activeDeployment, requireVersion, saveWorker, stillThere } from "./registry.ts";
import { referencing } from "./show.ts";
import { scriptName, specOf } from "./version/spec.ts";

/** Tells the front door whether the Worker's host answers. Returns the Worker, for chaining. */
export function applySubdomain(world: World, worker: Worker): Worker {
  world.compute.setSubdomain(scriptName(world, worker), worker.subdomain.enabled);
  return worker;
}

/** Gives the Worker another name, with its Durable Objects' storage, and serves it under the new host. Refused while others name it. */
export function renameWorker(world: World, before: Worker, name: string): Promise<Worker> {
  return inTurn(before.id, async () => {
    const worker = stillThere(world.state, before);
    if (queuesConsumedBy(world.state, worker.account, worker.name).length > 0)
      throw new ApiError(
        400,
        10064,
        "Cannot rename this Worker as it is a consumer for a Queue. Remove it from the Queue's consumers first, then retry.",
      );
    const users = referencing(world, worker);
    if (users.length > 0)
      throw new ApiError(
        400,
        10064,
        `Cannot rename this Worker as it is bound by ${users.map((user) => user.name).join(", ")}.`,
      );
    const renamed = saveWorker(world.state, { ...worker, name });
    const shares = activeDeployment(world.state, renamed)?.versions ?? [];
    if (shares.length === 0) return renamed;
    await world.compute.remove(scriptName(world, worker), { deleteObjects: false });
    await world.compute.deploy(
      scriptName(world, renamed),
      shares.map(({ version_id, percentage }) => ({
        version: specOf(world, renamed, requireVersion(world.state, renamed, version_id), renamed.classes),
        percentage,
      })),
    );
    return renamed;
  });
}
