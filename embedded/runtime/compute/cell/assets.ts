import { existsSync } from "node:fs";
import { access, cp, link, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Assets, VersionSpec } from "../../compute.ts";

/** Cloudflare's `assets.config` of an upload. Whatever else it holds does not change what is served here. */
const configSchema = z.object({
  html_handling: z
    .enum(["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"])
    .optional(),
  not_found_handling: z.enum(["single-page-application", "404-page", "none"]).optional(),
  run_worker_first: z.union([z.boolean(), z.array(z.string())]).optional(),
  serve_directly: z.boolean().optional(),
  _headers: z.string().optional(),
  _redirects: z.string().optional(),
});

/** What Miniflare reads in a folder of assets as settings. To Cloudflare they are assets like others, if somebody uploads them. */
const settingsFiles = ["_headers", "_redirects", ".assetsignore"];

/**
 * The folder a cell serves. Uploads carry `_headers` and `_redirects` as settings, Miniflare reads them as files:
 * then it is a folder of the cell's own, the files in it linked, not copied.
 */
export async function prepareAssets(assets: Assets, cellDirectory: string): Promise<string> {
  const config = configSchema.parse(assets.config);
  await access(assets.directory); // Miniflare would serve an empty folder in its place
  const uploaded = settingsFiles.some((name) => existsSync(join(assets.directory, name)));
  if (!uploaded && config._headers === undefined && config._redirects === undefined) return assets.directory;
  const directory = join(cellDirectory, "assets");
  await linkTree(assets.directory, directory);
  if (config._headers !== undefined) await writeFile(join(directory, "_headers"), config._headers);
  if (config._redirects !== undefined) await writeFile(join(directory, "_redirects"), config._redirects);
  return directory;
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    // settings, not assets: a link would be written through
    else if (!settingsFiles.includes(entry.name)) await link(source, target).catch(() => cp(source, target));
  }
}

/** Miniflare's asset router for this version. */
export function assetOptions(
  version: VersionSpec,
  directory: string | undefined,
  binding: string | undefined,
) {
  if (version.assets === undefined || directory === undefined) throw new Error("The version has no assets");
  const config = configSchema.parse(version.assets.config);
  const first =
    config.run_worker_first ?? (config.serve_directly === undefined ? undefined : !config.serve_directly);
  const hasWorker = version.mainModule !== undefined;
  return {
    directory,
    ...(binding === undefined ? {} : { binding }),
    routerConfig: {
      has_user_worker: hasWorker,
      ...(first === true && hasWorker ? { invoke_user_worker_ahead_of_assets: true } : {}),
      ...(Array.isArray(first) && hasWorker ? { static_routing: staticRouting(first) } : {}),
    },
    assetConfig: {
      ...(config.html_handling === undefined ? {} : { html_handling: config.html_handling }),
      ...(config.not_found_handling === undefined ? {} : { not_found_handling: config.not_found_handling }),
    },
  };
}

/** `run_worker_first: ["/api/*", "!/api/docs/*"]`: where the worker goes first, and where it does not. */
function staticRouting(rules: readonly string[]): { user_worker: string[]; asset_worker?: string[] } {
  const assetWorker = rules.filter((r) => r.startsWith("!")).map((r) => r.slice(1));
  return {
    user_worker: rules.filter((r) => !r.startsWith("!")),
    ...(assetWorker.length === 0 ? {} : { asset_worker: assetWorker }),
  };
}
