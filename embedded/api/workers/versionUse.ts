import type { State } from "../../state.ts";
import { ApiError } from "../service.ts";
import type { Version, Worker } from "./model.ts";
import { activeDeployment } from "./registry.ts";

/** A version that serves cannot be deleted. */
export function requireUndeployed(state: State, worker: Worker, version: Version): void {
  if (activeDeployment(state, worker)?.versions.some(({ version_id }) => version_id === version.id))
    throw new ApiError(
      400,
      10021,
      `Version ${version.id} is part of the active deployment and cannot be deleted. Deploy another version first.`,
    );
}
