import { isOn } from "../../../quirks/quirk.ts";
import { rollbackAfterSecretChange } from "../../../quirks/rollback-after-secret-change.ts";
import { unseal } from "../../../seal.ts";
import type { World } from "../../../world.ts";
import { ApiError } from "../../http/service.ts";
import type { Version, Worker } from "../model.ts";
import { activeDeployment, versionById } from "../registry.ts";
import type { Share } from "./deploy-versions.ts";

/** Refuses (10220) to go back to a version whose secrets are not those that serve now. */
export function requireSameSecrets(world: World, worker: Worker, shares: readonly Share[]): void {
  if (!isOn(rollbackAfterSecretChange)) return;
  const find = ({ version_id }: Share): Version | undefined => versionById(world.state, worker, version_id);
  const serving = (activeDeployment(world.state, worker)?.versions ?? []).flatMap(
    (share) => find(share) ?? [],
  );
  const newest = serving.reduce<Version | undefined>(
    (best, version) => (best === undefined || version.number > best.number ? version : best),
    undefined,
  );
  if (newest === undefined) return;
  for (const version of shares.flatMap((share) => find(share) ?? [])) {
    if (version.number >= newest.number || serving.some(({ id }) => id === version.id)) continue;
    const changed = changedSecrets(world, version, newest);
    if (changed.length > 0)
      throw new ApiError(
        400,
        10220,
        `The secrets ${changed.join(", ")} have changed since version ${version.id} was active. Deploy it with force to use the values it was uploaded with.`,
      );
  }
}

function changedSecrets(world: World, older: Version, newer: Version): readonly string[] {
  const names = [...new Set([...Object.keys(older.secrets), ...Object.keys(newer.secrets)])];
  const value = (version: Version, name: string): string | undefined => {
    const sealed = version.secrets[name];
    return sealed === undefined ? undefined : unseal(world.dataDir, sealed);
  };
  return names.filter((name) => value(older, name) !== value(newer, name));
}
