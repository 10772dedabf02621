import { fileURLToPath } from "node:url";
import { workerdPath } from "./compute/workerdBinary.ts";

/**
 * Makes every workerd that Miniflare starts in this process die with it, even by `kill -9`.
 * A workerd that outlives its Node still holds databases and Durable Objects' storage: after a restart there would be two owners.
 * Nothing is written anywhere, so it holds for as long as the process lives and for those it starts. Not on Windows, which has no `sh`.
 */
export function tieWorkerdToThisProcess(): void {
  if (process.platform === "win32") return;
  process.env["MINIFLARE_WORKERD_PATH"] = fileURLToPath(new URL("compute/workerd.sh", import.meta.url));
  process.env["LOCKSTEP_WORKERD"] = workerdPath;
}
