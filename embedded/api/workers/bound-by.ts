import type { State } from "../../state.ts";
import { activeDeployment, listWorkers, versionById } from "./registry.ts";

/** Names of the Workers whose deployed versions have a binding of this type to the store. */
export function scriptsBinding(
  state: State,
  account: string,
  type: string,
  storeId: string,
): readonly string[] {
  return listWorkers(state, account)
    .filter((worker) =>
      (activeDeployment(state, worker)?.versions ?? []).some(({ version_id }) => {
        const version = versionById(state, worker, version_id);
        return version?.bindings.some(
          (binding) => binding.type === type && version.targets[binding.name] === storeId,
        );
      }),
    )
    .map(({ name }) => name);
}
