import type { State } from "../../../state.ts";
import type { World } from "../../../world.ts";
import { ApiError } from "../../http/service.ts";
import type { Version, Worker } from "../model.ts";
import { activeDeployment, listVersions, removeWorker } from "../registry.ts";
import { openParts } from "./parts.ts";

/** A first upload that is refused, or cut off, leaves no Worker behind. */
export function forgetUnfinished(state: State, worker: Worker): void {
  if (activeDeployment(state, worker) !== undefined) return;
  state.transaction(() => {
    removeWorker(state, worker);
    openParts(state).release(worker.id);
  });
}

/** A version that serves cannot be deleted. */
export function requireUndeployed(state: State, worker: Worker, version: Version): void {
  if (activeDeployment(state, worker)?.versions.some(({ version_id }) => version_id === version.id))
    throw new ApiError(
      400,
      10021,
      `Version ${version.id} is part of the active deployment and cannot be deleted. Deploy another version first.`,
    );
}

/** Removes the bytes that none of the Worker's versions needs: of refused uploads and deleted versions. */
export function releaseUnused(world: World, worker: Worker): void {
  const parts = openParts(world.state);
  const used = listVersions(world.state, worker).flatMap((version) => [
    ...version.modules.map(({ digest }) => digest),
    ...Object.values(version.assets?.manifest ?? {}).map(({ hash }) => parts.assetKey(worker.account, hash)),
  ]);
  parts.retain(worker.id, new Set(used));
}
