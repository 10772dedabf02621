import type { Preview } from "../../runtime/compute.ts";
import type { World } from "../../world.ts";
import type { Version, Worker } from "./model.ts";
import { everyWorker, listVersions } from "./registry.ts";
import { scriptName, specOf } from "./version/spec.ts";

/** Where a Worker's versions are seen: `<first 8 characters of the id>` or `<alias>` before it. */
export const previewSuffix = (accountName: string, worker: Worker): string =>
  `-${worker.name}.${accountName}.localhost`;

/** Versions of Workers with Durable Objects have none, as at Cloudflare: they would write where the deployed one does. */
export const hasPreview = (worker: Worker): boolean =>
  worker.subdomain.previews_enabled && worker.classes.length === 0;

/**
 * The version that `<version prefix>-<script>` or `<alias>-<script>` names in an account. An alias is the newest version's that
 * was uploaded with it.
 */
export function previewOf(world: World, accountName: string, label: string): Preview | undefined {
  for (const worker of everyWorker(world.state)) {
    if (!hasPreview(worker) || !label.endsWith(`-${worker.name.toLowerCase()}`)) continue;
    const name = scriptName(world, worker);
    if (name.accountName.toLowerCase() !== accountName) continue;
    const version = named(world, worker, label.slice(0, -worker.name.length - 1));
    if (version !== undefined)
      return { name, versionId: version.id, spec: () => specOf(world, worker, version, worker.classes) };
  }
  return undefined;
}

function named(world: World, worker: Worker, word: string): Version | undefined {
  const versions = listVersions(world.state, worker);
  return (
    versions.findLast(({ annotations }) => annotations["workers/alias"]?.toLowerCase() === word) ??
    (/^[0-9a-f]{8}$/.test(word) ? versions.find(({ id }) => id.startsWith(word)) : undefined)
  );
}
