import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { z } from "zod";

// Asked for from where Miniflare lies: wrangler brings a workerd of its own. The package carries no types; what it exports is data.
const fromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
const workerd = z
  .object({ default: z.string(), compatibilityDate: z.string() })
  .parse(fromMiniflare("workerd"));

/** The workerd that Miniflare brings. */
export const workerdPath = workerd.default;

/** The latest compatibility date it knows, `YYYY-MM-DD`. */
export const newestCompatibilityDate = workerd.compatibilityDate;

/**
 * Makes every workerd that Miniflare starts in this process die with it, even by `kill -9`.
 * A workerd that outlives its Node still holds databases and Durable Objects' storage: after a restart there would be two owners.
 * Nothing is written anywhere, so it holds for as long as the process lives and for those it starts. Not on Windows, which has no `sh`.
 */
export function tieWorkerdToThisProcess(): void {
  if (process.platform === "win32") return;
  process.env["MINIFLARE_WORKERD_PATH"] = fileURLToPath(new URL("workerd.sh", import.meta.url));
  process.env["LOCKSTEP_WORKERD"] = workerdPath;
}
