import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../src/files/write-whole.ts";
import { codeFile } from "../package-root.ts";
import type { Places } from "../project.ts";

/** What the embedded process runs beside its own folder: the packages by their lock, and the files of the program that it shares. */
const beside = (places: Places): readonly string[] => [
  join(places.root, "package-lock.json"),
  ...shared.map((module) => codeFile(module, places.code)),
];
export const shared: readonly string[] = [
  "src/cloudflare/envelope",
  "src/cloudflare/exchange",
  "src/cloudflare/http",
  "src/cloudflare/long-text",
  "src/cloudflare/s3/read-xml",
  "src/cloudflare/worker-url",
  "src/cloudflare/workers-dev",
  "src/cron/cron",
  "src/cron/fires",
  "src/diagnostic/place",
  "src/diagnostic/sentence",
  "src/diagnostic/user-error",
  "src/diagnostic/verbs",
  "src/diagnostic/wider-token",
  "src/engine/property-values",
  "src/files/json",
  "src/files/own-folder",
  "src/files/write-whole",
  "src/migrations/sql/split",
  "src/migrations/sql/tokens",
  "src/package/own-module",
  "src/permissions/groups",
  "src/permissions/permission",
];

const recorded = z.object({ pid: z.number(), code: z.string() });

/** A digest of the code that an embedded process started now would run. Of contents, not times: a branch that is left and entered again is the same code. */
export function embeddedCode(places: Places): string {
  const folder = join(places.code, "embedded");
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    // Only tests are in there.
    .filter((path) => !path.startsWith(join(folder, "contract")));
  const hash = createHash("sha256");
  for (const path of [...own.sort(), ...beside(places)])
    hash.update(`${path}\0`).update(contents(path)).update("\0");
  return hash.digest("hex");
}

/** Notes what a process was started with, beside its connection.json. */
export function recordEmbeddedCode(places: Places, pid: number, code: string): void {
  writeWhole(recordOf(places), `${JSON.stringify({ pid, code })}\n`);
}

/**
 * One line for the user when the running process was started with other code than the clone holds now (after a `git pull`, say); undefined
 * when it is the same, or was not started by these tools. It is never restarted by itself: somebody may be in the middle of a request.
 */
export function olderCode(places: Places, pid: number): string | undefined {
  const started = recorded.safeParse(json(recordOf(places)));
  if (!started.success || started.data.pid !== pid || started.data.code === embeddedCode(places))
    return undefined;
  return `The running embedded Cloudflare was started with other code than this. To restart it, with its data: kill ${pid}; the next command starts it.`;
}

const recordOf = (places: Places): string => join(places.embedded, "started-with.json");

function contents(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
